import { parseDocuments } from './documents';

const parse = (text: string) => parseDocuments('fleet.yaml', text);

describe('documents', () => {
  it('takes the name out and leaves the body as the API wants it', () => {
    expect(parse('kind: Application\nname: shop\nnamespace: shop\nmanifests: []\n')).toEqual([
      { name: 'shop', body: { namespace: 'shop', manifests: [] } },
    ]);
  });

  it('reads several and skips empty ones', () => {
    const names = parse('---\nkind: Application\nname: a\n---\n# nothing\n---\nkind: Application\nname: b\n');
    expect(names.map(({ name }) => name)).toEqual(['a', 'b']);
  });

  it.each([
    ['', 'no documents in it'],
    ['- a\n- b\n', 'document 1: not a mapping'],
    ['name: shop\n', 'document 1: has no kind'],
    ['kind: Application\n', 'needs a name'],
    ['kind: Application\nname: 7\n', 'needs a name'],
    ['kind: Webhook\nname: ci\n', 'kind Webhook is not available yet'],
    [
      'kind: Application\nname: a\n---\nkind: Window\nname: w\n',
      'document 2: kind Window is not available yet',
    ],
    ['kind: Deployment\nmetadata: {name: web}\n', 'Kubernetes objects go under "manifests"'],
    ['kind: Application\nname: a\n---\nkind: Application\nname: a\n', 'application a is in it twice'],
    ['kind: Application\nname: [\n', 'document 1: '],
  ])('refuses %j', (text, message) => {
    expect(() => parse(text)).toThrow(message);
  });
});

import { parseDocuments } from './documents';

const parse = (text: string) => parseDocuments('fleet.yaml', text);

describe('documents', () => {
  it('takes the name out and leaves the body as the API wants it', () => {
    expect(parse('kind: Application\nname: shop\nnamespace: shop\nmanifests: []\n')).toEqual([
      { kind: 'Application', name: 'shop', body: { namespace: 'shop', manifests: [] } },
    ]);
  });

  it('reads several and skips empty ones', () => {
    const names = parse('---\nkind: Application\nname: a\n---\n# nothing\n---\nkind: Application\nname: b\n');
    expect(names.map(({ name }) => name)).toEqual(['a', 'b']);
  });

  it('takes windows beside applications, also of one name', () => {
    const text =
      'kind: Application\nname: night\n---\nkind: Window\nname: night\nspec: {kind: Deny, duration: 8h}\n';
    expect(parse(text)).toEqual([
      { kind: 'Application', name: 'night', body: {} },
      { kind: 'Window', name: 'night', body: { kind: 'Deny', duration: '8h' } },
    ]);
    expect(parse('kind: Application\nname: a\nspec: {namespace: b}\n')).toMatchObject([
      { body: { namespace: 'b' } },
    ]);
  });

  it('takes sidecars', () => {
    expect(parse('kind: Sidecar\nname: logs\ncontainers: []\n')).toEqual([
      { kind: 'Sidecar', name: 'logs', body: { containers: [] } },
    ]);
  });

  it.each([
    ['', 'no documents in it'],
    ['- a\n- b\n', 'document 1: not a mapping'],
    ['name: shop\n', 'document 1: has no kind'],
    ['kind: Application\n', 'needs a name'],
    ['kind: Application\nname: 7\n', 'needs a name'],
    ['kind: Window\n', 'a Window needs a name'],
    ['kind: Application\nname: a\n---\nkind: Wbhook\nname: w\n', 'document 2: kind Wbhook'],
    ['kind: Window\nname: a\nduration: 8h\n', 'the fields of a Window go under "spec"; "duration"'],
    ['kind: Window\nname: a\n', 'the fields of a Window go under "spec"'],
    ['kind: Window\nname: a\nspec: []\n', 'the fields of a Window go under "spec"'],
    ['kind: Window\nname: a\nspec: {}\n---\nkind: Window\nname: a\nspec: {}\n', 'window a is in it twice'],
    ['kind: constructor\nname: a\n', "is not one of Keelson's"],
    ['kind: Deployment\nmetadata: {name: web}\n', 'Kubernetes objects go under "manifests"'],
    ['kind: Application\nname: a\n---\nkind: Application\nname: a\n', 'application a is in it twice'],
    ['kind: Application\nname: [\n', 'document 1: '],
  ])('refuses %j', (text, message) => {
    expect(() => parse(text)).toThrow(message);
  });
});

import { fillIn } from './fill-in';
import type { VerificationProvider } from './types';

const context = {
  run: 'shop-7',
  application: 'shop',
  version: '1.4+rc/2',
  revision: '0a1b',
  namespace: 'prod',
  cluster: 'eu-1',
  stage: 'canary',
};

describe('variables', () => {
  it.each<[string, VerificationProvider, VerificationProvider]>([
    [
      'in a query',
      { prometheus: { address: 'http://{{cluster}}:9090', query: 'x{v="{{ version }}"}', timeout: '3s' } },
      { prometheus: { address: 'http://eu-1:9090', query: 'x{v="1.4+rc/2"}', timeout: '3s' } },
    ],
    [
      'in a URL, a body and headers',
      {
        http: {
          url: 'http://shop/{{version}}?r={{revision}}',
          method: 'POST',
          headers: { 'x-stage': '{{stage}}' },
          body: { run: '{{run}}', list: ['{{namespace}}', 1, null], '{{run}}': true },
          jsonPointer: '/{{version}}',
        },
      },
      {
        http: {
          url: 'http://shop/1.4%2Brc%2F2?r=0a1b',
          method: 'POST',
          headers: { 'x-stage': 'canary' },
          body: { run: 'shop-7', list: ['prod', 1, null], '{{run}}': true },
          jsonPointer: '/1.4+rc~12',
        },
      },
    ],
    [
      'in a Job, whose own templates stay',
      { job: { manifest: { spec: { args: ['{{version}}', '{{.status}}'] } } } },
      { job: { manifest: { spec: { args: ['1.4+rc/2', '{{.status}}'] } } } },
    ],
  ])('are replaced %s', (_, provider, filled) => {
    expect(fillIn(provider, context)).toEqual({ ok: true, provider: filled });
  });

  it('cannot leave the quotes of a query', () => {
    const provider = { prometheus: { address: 'http://p', query: `x{a="{{version}}"}` } };
    const filled = fillIn(provider, { version: `1"} or vector(0) #\\'\n` });
    expect(filled).toMatchObject({
      provider: { prometheus: { query: 'x{a="1\\x22} or vector(0) #\\\\\\x27\\x0a"}' } },
    });
  });

  it.each([
    ['{{pod}}', '{{pod}} is no variable; there are run'],
    ['{{cluster}}', '{{cluster}} has no value here'],
    ['{{constructor}}', '{{constructor}} is no variable'],
  ])('%s is an answer, not an exception', (query, why) => {
    expect(fillIn({ prometheus: { address: 'http://p', query } }, { run: 'shop-7' })).toEqual({
      ok: false,
      why: expect.stringContaining(why),
    });
  });
});

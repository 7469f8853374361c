import { DEFAULT_STRATEGY } from '@keelson/domain';
import { fieldErrors } from '../http/field-errors';
import { strategy } from './strategy';

const stage = (change: object): object => ({ stages: [{ name: 'all', ...change }] });
const verification = (change: object): object =>
  stage({ after: [{ type: 'Verification', provider: { http: { url: 'https://a.example' } }, ...change }] });

describe('a strategy as clients write it', () => {
  it('is the default when nothing is said', () => {
    expect(strategy.parse({})).toEqual(DEFAULT_STRATEGY);
  });

  it('is kept in one form, and may be given in that form again', () => {
    const parsed = strategy.parse({
      stages: [
        {
          name: 'canary',
          clusterSelector: { matchLabels: { tier: 'canary' } },
          before: [{ type: 'Approval' }],
          after: [
            { type: 'TimedWait', duration: '10m' },
            {
              type: 'Verification',
              provider: { prometheus: { address: 'http://prometheus:9090', query: 'up' } },
              successCondition: 'result > 0',
              interval: '30s',
              count: 5,
              failureLimit: 1,
            },
          ],
        },
        { name: 'rest', maxConcurrency: '50%' },
      ],
      batches: ['10%', 3, { size: '100%', pause: '30s' }],
      onFailure: 'Rollback',
      update: 'InPlaceIfPossible',
      unreachable: 'SetAside',
    });
    expect(parsed).toMatchObject({
      stages: [
        { name: 'canary', maxConcurrency: '100%', maxFailures: 0, before: [{ type: 'Approval' }] },
        { name: 'rest', maxConcurrency: '50%', before: [], after: [] },
      ],
      batches: [{ size: '10%' }, { size: 3 }, { size: '100%', pause: '30s' }],
      onFailure: 'Rollback',
      minSuccessTime: '0s',
    });
    expect(strategy.parse(JSON.parse(JSON.stringify(parsed)))).toEqual(parsed);
  });

  it('keeps the old colour for 30 seconds unless told, and is itself when colours are not named', () => {
    const parsed = strategy.parse({ blueGreen: { service: 'web' } });
    expect(parsed).toEqual({ ...DEFAULT_STRATEGY, blueGreen: { service: 'web', scaleDownDelay: '30s' } });
    expect(strategy.parse(JSON.parse(JSON.stringify(parsed)))).toEqual(parsed);
  });

  it.each([
    ['a gate of no kind', stage({ before: [{ type: 'Prayer' }] }), '/stages/0/before/0/type'],
    ['a gate that is no object', stage({ before: ['Approval'] }), '/stages/0/before/0'],
    ['a wait without a duration', stage({ after: [{ type: 'TimedWait' }] }), '/stages/0/after/0/duration'],
    [
      'an approval with more to it',
      stage({ before: [{ type: 'Approval', by: 'me' }] }),
      '/stages/0/before/0/by',
    ],
    ['no provider', verification({ provider: {} }), '/stages/0/after/0/provider'],
    [
      'two providers',
      verification({
        provider: { http: { url: 'http://a' }, prometheus: { address: 'http://a', query: 'up' } },
      }),
      '/stages/0/after/0/provider',
    ],
    [
      'a misspelt field of a provider',
      verification({ provider: { http: { url: 'http://a', methd: 'GET' } } }),
      '/stages/0/after/0/provider/http/methd',
    ],
    ['half a measurement', verification({ count: 1.5 }), '/stages/0/after/0/count'],
    ['an interval that is none', verification({ interval: 'often' }), '/stages/0/after/0/interval'],
    ['a batch that is none', { batches: ['some'] }, '/batches/0'],
    ['a pause that is none', { batches: [{ size: '10%', pause: '5' }] }, '/batches/0/pause'],
    ['a misspelt pause', { batches: [{ size: '10%', wait: '5s' }] }, '/batches/0/wait'],
    ['an update of no kind', { update: 'Replace' }, '/update'],
    ['an end of no kind', { onFailure: 'Panic' }, '/onFailure'],
    ['what to do with a lost cluster', { unreachable: 'Forget' }, '/unreachable'],
  ])('refuses %s by its path', (_, given, path) => {
    const parsed = strategy.safeParse(given);
    expect(parsed.success ? [] : fieldErrors(parsed.error).map((error) => error.path)).toContain(path);
  });
});

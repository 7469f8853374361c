import type { KubeObject } from '@keelson/domain';
import { podsToPatch, type Candidate } from './choose-pods';

/** `o` old, `u` updated, `s` strayed, `l` lacks only a label; upper case is not available, and `p` is old with a restart ahead of it. */
const candidates = (letters: string): Candidate[] =>
  [...letters].map((letter, index) => {
    const kind = letter.toLowerCase();
    const pending = kind === 'p';
    const ready = letter === kind;
    const pod: KubeObject = { apiVersion: 'v1', kind: 'Pod', metadata: { name: String(index) } };
    return {
      pod,
      ready,
      pending,
      available: ready && !pending,
      updated: kind === 'u',
      strayed: kind === 's',
      restarts: kind !== 'u' && kind !== 'l',
    };
  });

describe('the pods to patch', () => {
  it.each<[string, string, { limit: number; desired?: number; maxUnavailable?: number }, string]>([
    ['one at a time', 'oooo', { limit: 4 }, '0'],
    ['as many as may be unavailable', 'oooo', { limit: 4, maxUnavailable: 3 }, '012'],
    ['no more than the batch', 'oooo', { limit: 2, maxUnavailable: 3 }, '01'],
    ['the updated count', 'uuoo', { limit: 3, maxUnavailable: 3 }, '2'],
    ['none when the batch is full', 'uuoo', { limit: 2, maxUnavailable: 3 }, ''],
    ['none while one is down', 'Uooo', { limit: 4 }, ''],
    ['one is down of two that may be', 'Uooo', { limit: 4, maxUnavailable: 2 }, '1'],
    ['those that are down already cost nothing', 'ooOO', { limit: 4 }, '23'],
    ['not even those past the batch', 'ooOO', { limit: 1 }, '2'],
    ['one that is missing is down', 'ooo', { limit: 4, desired: 4 }, ''],
    ['one too many gives nothing away', 'ooooo', { limit: 5, desired: 4 }, '0'],
    ['strayed ones before old ones', 'oso', { limit: 1 }, '1'],
    ['not one that is about to restart', 'pooo', { limit: 4, maxUnavailable: 2 }, '1'],
    ['those that restart nothing cost nothing', 'llOo', { limit: 4 }, '012'],
    ['one that was to restart and has gone down', 'Pooo', { limit: 4 }, '0'],
  ])('%s', (_, letters, { limit, desired = letters.length, maxUnavailable = 1 }, expected) => {
    const chosen = podsToPatch({ candidates: candidates(letters), limit, desired, maxUnavailable });
    expect(chosen.map(({ pod }) => pod.metadata.name).join('')).toBe(expected);
  });
});

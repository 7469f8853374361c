import type { Sighting } from '../simulator/protocol';
import { arrivalOf, strangers, type Goal } from './arrival';

const goal: Goal = { namespace: 'bench', kept: ['a'], version: '3', doomed: ['b'] };

const saw = (kind: string, name: string, version: string | undefined, at: number): Sighting => {
  const seen = { cluster: 'sim-1', namespace: 'bench', kind, name, at };
  return version === undefined ? seen : { ...seen, version };
};

const whole = [
  saw('Deployment', 'b', undefined, 11),
  saw('ConfigMap', 'a', '3', 12),
  saw('ConfigMap', 'b', undefined, 13),
  saw('Deployment', 'a', '3', 14),
];

describe('the arrival of a cluster', () => {
  it('is when the last of each part was seen', () => {
    expect(arrivalOf(whole, goal, 10)).toEqual({ plans: 14, deletes: 13 });
  });

  it.each(whole.map((_, index) => index))('has not come without sighting %d', (index) => {
    expect(arrivalOf(whole.toSpliced(index, 1), goal, 10)).toBeUndefined();
  });

  it.each([
    ['goes back', saw('ConfigMap', 'a', '2', 15)],
    ['goes', saw('ConfigMap', 'a', undefined, 15)],
    ['comes again', saw('Deployment', 'b', '3', 15)],
  ])('is undone by an object that %s', (_, sighting) => {
    expect(arrivalOf([...whole, sighting], goal, 10)).toBeUndefined();
  });

  it('waits for nothing where nothing is to change', () => {
    expect(arrivalOf(whole, { ...goal, doomed: [] }, 10)).toEqual({ plans: 14, deletes: 10 });
  });

  it('is told from sightings of its own namespace', () => {
    expect(arrivalOf(whole, { ...goal, namespace: 'bench-bare' }, 10)).toBeUndefined();
  });
});

describe('strangers', () => {
  it('are none where only the newest version and deletions were seen', () => {
    expect(strangers(whole, goal)).toEqual([]);
  });

  it('are versions in between, and any of what was to be deleted', () => {
    const strange = [saw('ConfigMap', 'a', '2', 12), saw('Deployment', 'b', '3', 12)];
    expect(strangers([...strange, ...whole], goal)).toEqual(strange);
  });

  it('are not looked for in other namespaces', () => {
    expect(strangers([saw('ConfigMap', 'a', '2', 12)], { ...goal, namespace: 'bench-bare' })).toEqual([]);
  });
});

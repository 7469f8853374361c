import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { applicationDecider } from '../application';
import { runDecider } from '../run';
import { validateStrategy } from '../strategy';
import { UPCASTS } from './upcasts';

const golden = (type: string, version: number): any =>
  JSON.parse(readFileSync(join(__dirname, 'golden', `${type}.v${version}.json`), 'utf8'));

describe('upcasts', () => {
  it.each(UPCASTS.map((step) => [step.type, step] as const))('bring %s to its next version', (type, step) => {
    const old = golden(type, step.from);
    const before = JSON.stringify(old);
    expect(step.upcast(old)).toEqual(golden(type, step.from + 1));
    expect(JSON.stringify(old)).toBe(before);
  });

  it('leave a redefinition of other facets as it is', () => {
    const data = { application: 'shop', facets: { labels: { a: 'b' } } };
    const step = UPCASTS.find(({ type }) => type === 'ApplicationRedefined');
    expect(step?.upcast(data)).toEqual(data);
  });

  it('answer what the deciders of today fold, and what they would accept', () => {
    const run = runDecider.evolve(runDecider.initial, { type: 'RunCreated', data: golden('RunCreated', 2) });
    expect(run).toMatchObject({ exists: true, phase: 'Pending', stages: [{ before: [] }, { after: [] }] });
    const data = golden('ApplicationDefined', 2);
    const application = applicationDecider.evolve(applicationDecider.initial, {
      type: 'ApplicationDefined',
      data,
    });
    expect(application.exists && validateStrategy(application.definition.strategy)).toEqual([]);
  });
});

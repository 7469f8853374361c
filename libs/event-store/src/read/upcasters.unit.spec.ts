import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Upcasters } from './upcasters';

/** Version 1 had one replica count, 2 a list of images as text, 3 has them as objects. */
const upcasters = new Upcasters()
  .register('ReleaseCreated', 1, (data) => {
    const { count, ...rest } = data as { count: number };
    return { ...rest, replicas: count, images: [] as string[] };
  })
  .register('ReleaseCreated', 2, (data) => {
    const { images, ...rest } = data as { images: string[] };
    return { ...rest, images: images.map((image) => ({ image })) };
  });

/** Events as they were once recorded: these files are never edited, only added to. */
const golden = (version: number): { type: string; schemaVersion: number; data: unknown } =>
  JSON.parse(
    readFileSync(join(__dirname, 'golden', `ReleaseCreated.v${version}.json`), 'utf8'),
  ) as ReturnType<typeof golden>;

describe('upcasters', () => {
  it.each([1, 2, 3])('bring an event of version %i to what it means today', (version) => {
    expect(upcasters.upcast(golden(version))).toMatchSnapshot();
  });

  it('leave today’s events, and types they do not know, as they are', () => {
    const today = golden(3);
    expect(upcasters.upcast(today)).toBe(today);
    const unknown = { type: 'Other', schemaVersion: 1, data: {} };
    expect(upcasters.upcast(unknown)).toBe(unknown);
  });

  it('tell the version to record in', () => {
    expect(upcasters.currentVersion('ReleaseCreated')).toBe(3);
    expect(upcasters.currentVersion('Other')).toBe(1);
  });

  it('refuse gaps and second steps from the same version', () => {
    const same = (data: unknown) => data;
    expect(() => new Upcasters().register('A', 2, same)).toThrow(RangeError);
    expect(() => new Upcasters().register('A', 1, same).register('A', 3, same)).toThrow(/from version 2/);
    expect(() => new Upcasters().register('A', 1, same).register('A', 1, same)).toThrow(RangeError);
  });
});

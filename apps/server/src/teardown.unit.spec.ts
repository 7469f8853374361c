import { Teardown } from './teardown';

describe('a teardown', () => {
  it('stops in the opposite order, once, and everything', async () => {
    const told: string[] = [];
    const teardown = new Teardown((what, error) => told.push(`${what}: ${(error as Error).message}`));
    teardown.add('a', async () => told.push('a'));
    teardown.add('b', () => Promise.reject(new Error('stuck')));
    teardown.add('c', async () => told.push('c'));
    await Promise.all([teardown.run(), teardown.run()]);
    expect(told).toEqual(['c', 'b: stuck', 'a']);
  });
});

import { KeyedWork } from './keyed-work';

/** Work whose passes end when the test says so. */
const controlled = (limit = 8) => {
  const passes: { key: string; end: (error?: Error) => void }[] = [];
  const errors: string[] = [];
  const work = new KeyedWork(
    (key) =>
      new Promise((resolve, reject) =>
        passes.push({ key, end: (error) => (error ? reject(error) : resolve()) }),
      ),
    limit,
    (key) => errors.push(key),
  );
  return { work, passes, errors, keys: () => passes.map(({ key }) => key) };
};

const settled = async () => {
  for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
};

describe('keyed work', () => {
  it('runs a key once more after it was asked for while it ran, however often', async () => {
    const { work, passes, keys } = controlled();
    work.ask('a');
    await settled();
    work.ask('a');
    work.ask('a');
    await settled();
    expect(keys()).toEqual(['a']);
    passes[0]?.end();
    await settled();
    expect(keys()).toEqual(['a', 'a']);
    passes[1]?.end();
    await settled();
    expect(keys()).toEqual(['a', 'a']);
    expect(work.size).toBe(0);
  });

  it('keeps to its limit, and a key that waits for itself holds up nobody', async () => {
    const { work, passes, keys } = controlled(2);
    for (const key of ['a', 'b', 'a', 'c']) work.ask(key);
    await settled();
    expect(keys()).toEqual(['a', 'b']);
    passes[1]?.end();
    await settled();
    expect(keys()).toEqual(['a', 'b', 'c']);
  });

  it('survives a failing pass', async () => {
    const { work, passes, errors, keys } = controlled(1);
    work.ask('a');
    work.ask('b');
    await settled();
    passes[0]?.end(new Error('boom'));
    await settled();
    expect(errors).toEqual(['a']);
    expect(keys()).toEqual(['a', 'b']);
  });

  it('closes when what runs has ended, and takes nothing more', async () => {
    const { work, passes, keys } = controlled(1);
    work.ask('a');
    work.ask('b');
    await settled();
    let closed = false;
    const closing = work.close().then(() => (closed = true));
    await settled();
    expect(closed).toBe(false);
    passes[0]?.end();
    await closing;
    work.ask('c');
    await settled();
    expect(keys()).toEqual(['a']);
  });
});

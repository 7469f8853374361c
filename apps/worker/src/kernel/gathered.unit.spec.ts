import { Gathered } from './gathered';

/** Reads that end when the test says so. */
const scripted = () => {
  const reads: { keys: readonly string[]; answer: (error?: Error) => void }[] = [];
  const gathered = new Gathered<string>(
    (keys) =>
      new Promise((resolve, reject) => {
        const known = keys.filter((key) => key !== 'unknown');
        const answer = (error?: Error): void =>
          error
            ? reject(error)
            : resolve(new Map(known.map((key) => [key, `${key} of read ${reads.length}`])));
        reads.push({ keys, answer });
      }),
  );
  return { reads, gathered };
};

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('Gathered', () => {
  it('reads what is asked for in one turn at once, each key once', async () => {
    const { reads, gathered } = scripted();
    const answers = Promise.all(['a', 'b', 'a', 'unknown'].map((key) => gathered.get(key)));
    await turn();
    expect(reads.map(({ keys }) => keys)).toEqual([['a', 'b', 'unknown']]);
    reads[0]!.answer();
    expect(await answers).toEqual(['a of read 1', 'b of read 1', 'a of read 1', undefined]);
  });

  it('never answers with what was begun before, and gathers meanwhile', async () => {
    const { reads, gathered } = scripted();
    const first = gathered.get('a');
    await turn();
    const later = [gathered.get('a'), gathered.get('b')];
    await turn();
    expect(reads).toHaveLength(1);
    reads[0]!.answer();
    expect(await first).toBe('a of read 1');
    await turn();
    expect(reads[1]?.keys).toEqual(['a', 'b']);
    reads[1]!.answer();
    expect(await Promise.all(later)).toEqual(['a of read 2', 'b of read 2']);
  });

  it('tells a failure to those who were part of it, and goes on', async () => {
    const { reads, gathered } = scripted();
    const failing = gathered.get('a');
    await turn();
    const next = gathered.get('b');
    reads[0]!.answer(new Error('the database is away'));
    await expect(failing).rejects.toThrow('the database is away');
    await turn();
    reads[1]!.answer();
    expect(await next).toBe('b of read 2');
  });
});

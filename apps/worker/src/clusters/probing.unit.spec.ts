import { Probing } from './probing';

/** What is told while questions are answered in this order; `undefined` is no answer. */
const toldOf = async (...answers: (string | undefined)[]): Promise<string[]> => {
  const told: string[] = [];
  let heard = (): void => undefined;
  const last = answers.at(-1);
  const all = new Promise<void>((resolve) => (heard = resolve));
  const probing = new Probing<string>({
    ask: async () => {
      const answer = answers.shift();
      if (answer === undefined) throw new Error('no answer');
      return answer;
    },
    onAnswer: async (answer, afterMiss) => {
      told.push(`${answer}${afterMiss ? ' after a miss' : ''}`);
      if (answer === last) heard();
    },
    onLost: async () => void told.push('lost'),
    onError: (error) => told.push(String(error)),
  });
  probing.ask();
  await all;
  await probing.stop();
  return told;
};

describe('probing', () => {
  it('tells of an answer', async () => {
    expect(await toldOf('v1')).toEqual(['v1']);
  });

  it('takes one lost answer for no loss, and says that there was one', async () => {
    expect(await toldOf(undefined, 'v1')).toEqual(['v1 after a miss']);
  });

  it('tells of a loss at the second, and goes on asking', async () => {
    expect(await toldOf(undefined, undefined, undefined, 'v1')).toEqual(['lost', 'lost', 'v1 after a miss']);
  });
});

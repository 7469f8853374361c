import { parseOptions } from './options';

describe('options', () => {
  it('has defaults for all', () => {
    expect(parseOptions([])).toEqual({ clusters: 100, rounds: 5, seconds: 20, json: false });
  });

  it('reads each', () => {
    expect(parseOptions(['--clusters', '7', '--rounds=2', '--seconds', '1', '--json'])).toEqual({
      clusters: 7,
      rounds: 2,
      seconds: 1,
      json: true,
    });
  });

  it.each([
    [['--clusters', '0'], '--clusters takes a number from 1 to 1000, not "0"'],
    [['--rounds', '1.5'], '--rounds takes a number from 1 to 100'],
    [['--clusters=many'], 'not "many"'],
    [['--cluster', '3'], "Unknown option '--cluster'"],
    [['extra'], "Unexpected argument 'extra'"],
  ])('refuses %j', (args, message) => expect(() => parseOptions(args)).toThrow(message));
});

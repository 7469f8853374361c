import { parseOptions } from './options';

describe('options', () => {
  it('has defaults for all', () => {
    expect(parseOptions([])).toEqual({
      clusters: 100,
      applications: 100,
      rounds: 5,
      seconds: 20,
      away: 300,
      stages: [100],
      concurrency: '100%',
      json: false,
    });
  });

  it('has those of the benchmark', () => {
    expect(parseOptions(['--clusters', '7'], { clusters: 3, applications: 200 })).toMatchObject({
      clusters: 7,
      applications: 200,
      rounds: 5,
    });
  });

  it('reads each', () => {
    const args = [
      '--clusters',
      '7',
      '--applications',
      '9',
      '--rounds=2',
      '--seconds',
      '1',
      '--away',
      '30',
      '--stages',
      '20,30,50',
    ];
    expect(parseOptions([...args, '--concurrency', '50%', '--json'])).toEqual({
      clusters: 7,
      applications: 9,
      rounds: 2,
      seconds: 1,
      away: 30,
      stages: [20, 30, 50],
      concurrency: '50%',
      json: true,
    });
  });

  it.each([
    [['--clusters', '0'], '--clusters takes a number from 1 to 1000, not "0"'],
    [['--rounds', '1.5'], '--rounds takes a number from 1 to 100'],
    [['--away', '0'], '--away takes a number from 1 to 3600, not "0"'],
    [['--clusters=many'], 'not "many"'],
    [['--stages', '20,30'], '--stages takes percentages that are 100 together, like 20,30,50, not "20,30"'],
    [['--stages', '0,100'], '--stages takes percentages'],
    [['--stages', '99.5,0.5'], '--stages takes percentages'],
    [['--concurrency', '0'], '--concurrency takes a number of clusters or a percentage, not "0"'],
    [['--concurrency', '101%'], '--concurrency takes'],
    [['--cluster', '3'], "Unknown option '--cluster'"],
    [['extra'], "Unexpected argument 'extra'"],
  ])('refuses %j', (args, message) => expect(() => parseOptions(args)).toThrow(message));
});

import { Agenda } from './agenda';
import { dice } from './dice';
import { STORM } from './fate';
import { quarterRate, SimulatedQuarter, type Care } from './simulated-quarter';

const after = (care: Care, cluster = 1): SimulatedQuarter => {
  const quarter = new SimulatedQuarter(1, cluster, care);
  quarter.run();
  return quarter;
};

it('goes through its agenda by time, then by turn', () => {
  const agenda = new Agenda();
  const roll = dice('agenda');
  const entered = Array.from({ length: 200 }, (_, turn) => ({ at: Math.floor(roll() * 20), turn }));
  const happened: typeof entered = [];
  for (const each of entered) agenda.enter(each.at, () => happened.push(each));
  while (agenda.next(Infinity, () => undefined));
  expect(happened).toEqual([...entered].sort((a, b) => a.at - b.at || a.turn - b.turn));
});

it('is the same quarter for the same seed, and the same failures whatever is done about them', () => {
  const [once, again] = [after('Keelson'), after('Keelson')];
  expect(once.tallies).toEqual(again.tallies);
  expect(once.counts).toEqual(again.counts);
  const first = (care: Care) => quarterRate([after(care)]).months[0];
  expect(first('Keelson')).toBeGreaterThan(first('Mondays') ?? 1);
  expect(first('Mondays')).toBeGreaterThan(first('Nobody') ?? 1);
});

it('halts in the storm, and repairs every failure', () => {
  const stormy = after('Keelson', STORM.cluster);
  expect(stormy.counts.storms).toBeGreaterThan(0);
  const { failures, repairs } = after('Keelson').counts;
  expect(failures).toBeGreaterThan(0);
  expect(repairs).toBe(failures);
});

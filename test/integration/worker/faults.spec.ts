import {
  DEFAULT_STRATEGY,
  isOver,
  runStream,
  type Run,
  type RunAction,
  type RunEvent,
  type Strategy,
} from '@keelson/domain';
import { until } from '../../support/until';
import { converges } from './faults-convergence';
import { checkCourse, mayRestIn } from './faults-course';
import { Decisions } from './faults-decisions';
import { Dice } from './faults-dice';
import { Mischief } from './faults-mischief';
import { drawStrategy, tierOf } from './faults-strategies';
import { Witness } from './faults-witness';
import { configMap, deployment, startFleet, type Fleet } from './fleet-harness';

/** The same seed draws the same strategies and the same faults at the same events; FAULTS_SEED sets it. */
const SEED = Number(process.env['FAULTS_SEED'] ?? Date.now() % 1_000_000);
const CLUSTERS = Number(process.env['FAULTS_CLUSTERS'] ?? 50);
const RELEASES = Number(process.env['FAULTS_RELEASES'] ?? 3);

/** However much goes wrong, a run ends or is paused within this, and a fleet that is healed converges. */
const PATIENCE_MS = 120_000;
/** A fault comes after so many events, or when so long nothing happened. */
const QUIET_MS = 1_500;
const ACTIONS_AT_MOST = 8;

jest.setTimeout(PATIENCE_MS * (RELEASES + 1));

describe(`${CLUSTERS} clusters in which things go wrong at random (FAULTS_SEED=${SEED})`, () => {
  const dice = new Dice(SEED);
  const names = Array.from({ length: CLUSTERS }, (_, index) => `c${String(index).padStart(3, '0')}`);
  let fleet: Fleet;
  let witness: Witness;
  let decisions: Decisions;
  let mischief: Mischief;
  /** What happened, in order: the story of a failure. FAULTS_STORY tells it as it happens. */
  const story: string[] = [];
  const tell = (what: string): void => {
    story.push(what);
    if (process.env['FAULTS_STORY']) process.stderr.write(`${what}\n`);
  };

  beforeAll(async () => {
    fleet = await startFleet(names);
    witness = new Witness(fleet.store);
    decisions = new Decisions(fleet.store);
    mischief = new Mischief(fleet, names, dice);
    for (const [index, name] of names.entries()) await fleet.register(name, { tier: tierOf(index) });
    await fleet.define('shop');
  });

  afterAll(async () => {
    await mischief?.heal();
    decisions?.stop();
    await witness?.stop();
    await fleet?.stop();
  });

  const release = async (version: string, strategy: Strategy): Promise<string> => {
    const objects = [deployment(imageOf(version), 3), configMap(version)];
    const { value } = await fleet.release('shop', version, objects, strategy);
    tell(`release ${version}: ${JSON.stringify(strategy)}`);
    await witness.sees(() => witness.runIds.includes(value!), PATIENCE_MS);
    return value!;
  };
  const imageOf = (version: string): string => `shop:${version}`;
  const rests = (run: string): boolean => isOver(witness.run(run).phase) || isPaused(witness.run(run));
  const isPaused = ({ phase }: Run): boolean => phase === 'Paused';

  /** Lets it come to rest; a run that is paused is answered until it is over. */
  const comesToRest = async (run: string, acted: Set<string>): Promise<void> => {
    for (let answers = 0; ; answers += 1) {
      if (!(await witness.sees(() => rests(run), PATIENCE_MS)))
        throw new Error(`${run} neither ends nor pauses: ${JSON.stringify(witness.run(run))}`);
      const { phase, strategy, reason = '' } = witness.run(run);
      tell(`${run} is ${phase} ${reason}`);
      expect(mayRestIn(strategy, acted)).toContain(phase);
      if (!isPaused(witness.run(run))) return;
      if (answers === ACTIONS_AT_MOST) throw new Error(`${run} pauses again and again`);
      await answer(run, acted, answers);
    }
  };

  const answer = async (run: string, acted: Set<string>, answers: number): Promise<void> => {
    if (answers >= ACTIONS_AT_MOST / 2) await mischief.heal();
    const action = dice.pick<RunAction>(['resume', 'retry', 'retry', 'rollback', 'abort']);
    const told = witness.position;
    // A cluster that recovers in this very moment lets the run go on by itself; then it is not paused any more.
    const taken = await fleet.act(run, action).then(
      () => true,
      (error: Error) =>
        /not paused|nothing failed|is over/.test(error.message) ? false : Promise.reject(error),
    );
    tell(`${run}: ${action}${taken ? '' : ' (too late)'}`);
    if (taken) acted.add(action);
    await witness.sees(() => witness.position > told, PATIENCE_MS);
  };

  it('ends every run as its strategy allows, converges to what the log says, and replays to the same decisions', async () => {
    const runs: string[] = [];
    try {
      runs.push(await release('0', DEFAULT_STRATEGY));
      await comesToRest(runs[0]!, new Set());
      expect(witness.run(runs[0]!).phase).toBe('Succeeded');

      const kinds = dice.some(3, ['Pause', 'Rollback', 'Continue'] as const);
      for (let number = 1; number <= RELEASES; number += 1) {
        const version = String(number);
        await mischief.target(imageOf(version), dice.chance(0.7));
        const onFailure = kinds[number - 1] ?? dice.pick(['Pause', 'Rollback', 'Continue'] as const);
        const run = await release(version, drawStrategy(dice, onFailure));
        runs.push(run);
        const faults = 2 + dice.below(4);
        for (let fault = 0; fault < faults; fault += 1) {
          const moment = witness.position + 1 + dice.below(2 * CLUSTERS);
          await witness.sees(() => witness.position >= moment || rests(run), QUIET_MS);
          tell(`at ${witness.position}: ${await mischief.strike()}`);
        }
        if (number < RELEASES && dice.chance(0.3)) continue; // The next release supersedes it, amid all its faults.
        await comesToRest(run, new Set());
        await mischief.heal();
        await converges(fleet, witness, PATIENCE_MS);
      }

      await mischief.heal();
      const last = await release('last', DEFAULT_STRATEGY);
      runs.push(last);
      await comesToRest(last, new Set());
      expect(witness.run(last).phase).toBe('Succeeded');
      await converges(fleet, witness, PATIENCE_MS);

      for (const run of runs) await checkRun(run);
    } catch (error) {
      throw new Error(`${(error as Error).message}\nFAULTS_SEED=${SEED}\n${story.join('\n')}`, {
        cause: error,
      });
    }
  });

  it('goes on from any event at which the worker was stopped, and decides nothing twice', async () => {
    const batches = [{ size: '50%' }, { size: '100%' }] as const;
    const strategy = { ...drawStrategy(dice, 'Pause'), batches, progressDeadline: '2m' };
    const run = await release('restarts', strategy);
    let restarts = 0;
    while (!rests(run)) {
      const moment = witness.position + 1 + dice.below(CLUSTERS);
      await witness.sees(() => witness.position >= moment || rests(run), QUIET_MS);
      const other = dice.chance(0.3) ? await fleet.joinWorker() : undefined;
      await fleet.stopWorker();
      await fleet.startWorker();
      await other?.stop();
      restarts += 1;
      if (restarts > 10 * CLUSTERS)
        throw new Error(`${run} does not end: ${JSON.stringify(witness.run(run))}`);
    }
    tell(`${run} is ${witness.run(run).phase} after ${restarts} restarts`);
    expect(witness.run(run).phase).toBe('Succeeded');
    expect(restarts).toBeGreaterThan(2);
    const events = witness.stream(runStream(run));
    const begun = events.filter(({ type }) => type === 'ClusterStarted');
    expect(new Set(begun.map(({ data }) => (data as { cluster: string }).cluster)).size).toBe(begun.length);
    expect(begun).toHaveLength(CLUSTERS);
    await converges(fleet, witness, PATIENCE_MS);
    await checkRun(run);
  });

  const checkRun = async (run: string): Promise<void> => {
    const events = witness.stream(runStream(run));
    checkCourse(events as unknown as RunEvent[]);
    decisions.check(run, events);
    const known = await until(`the read model knows the end of ${run}`, async () => {
      const { rows } = await fleet.pool.query<{ state: Run }>(
        'select state from read.runs where id = $1 and over',
        [run],
      );
      return rows[0]?.state;
    });
    expect(known).toEqual(JSON.parse(JSON.stringify(witness.run(run))));
  };
});

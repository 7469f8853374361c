import { DEFAULT_STRATEGY, runStream, type Run, type RunEvent, type Strategy } from '@keelson/domain';
import { until } from '../../support/until';
import { converges } from './faults-convergence';
import { checkCourse } from './faults-course';
import { Decisions } from './faults-decisions';
import { Dice } from '../../support/dice';
import { Membership } from './faults-membership';
import { Mischief } from './faults-mischief';
import { Oracle } from './faults-oracle';
import { PATIENCE_MS, People } from './faults-people';
import { drawStrategy } from './faults-strategies';
import { Witness } from './faults-witness';
import { configMap, deployment, startFleet, type Fleet } from './fleet-harness';
import { sidecarCommands } from './sidecar-commands';

/** The same seed draws the same strategies and the same faults at the same events; FAULTS_SEED sets it. */
const SEED = Number(process.env['FAULTS_SEED'] ?? Date.now() % 1_000_000);
const CLUSTERS = Number(process.env['FAULTS_CLUSTERS'] ?? 50);
const RELEASES = Number(process.env['FAULTS_RELEASES'] ?? 3);
/** Faults at most in each release; as many as that and two. */
const FAULTS = Number(process.env['FAULTS_PER_RELEASE'] ?? 4);
/** Clusters that are not there at first, and may join. */
const SPARES = Math.ceil(CLUSTERS / 10);

/** At most; then the run has to end undisturbed. */
const RESTARTS = 40;

/** A fault comes after so many events, or when so long nothing happened. */
const QUIET_MS = 1_500;

jest.setTimeout(PATIENCE_MS * (RELEASES + 1));

describe(`${CLUSTERS} clusters in which things go wrong at random (FAULTS_SEED=${SEED})`, () => {
  const dice = new Dice(SEED);
  const names = Array.from({ length: CLUSTERS + SPARES }, (_, index) => `c${String(index).padStart(3, '0')}`);
  let fleet: Fleet;
  let witness: Witness;
  let decisions: Decisions;
  let membership: Membership;
  let mischief: Mischief;
  let oracle: Oracle;
  let people: People;
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
    oracle = await Oracle.start();
    membership = new Membership(fleet, names);
    mischief = new Mischief(fleet, membership, dice);
    people = new People(fleet, witness, mischief, dice, tell);
    for (const name of names.slice(0, CLUSTERS)) await membership.join(name);
    await fleet.define('shop', { labels: { logs: 'yes' }, disruptionBudget: 'Auto' });
    await sidecarCommands(fleet).define('logs');
  });

  afterAll(async () => {
    await mischief?.heal();
    decisions?.stop();
    await witness?.stop();
    await fleet?.stop();
    await oracle?.stop();
  });

  const release = async (version: string, strategy: Strategy): Promise<string> => {
    const objects = [deployment(imageOf(version), 3), configMap(version)];
    const { value } = await fleet.release('shop', version, objects, strategy);
    tell(`release ${version}: ${JSON.stringify(strategy)}`);
    await witness.sees(() => witness.runIds.includes(value!), PATIENCE_MS);
    return value!;
  };
  const imageOf = (version: string): string => `shop:${version}`;
  const newestSidecarRun = async (): Promise<string[]> => {
    const newest = mischief.sidecarRuns.slice(-1);
    await witness.sees(() => newest.every((run) => witness.runIds.includes(run)), PATIENCE_MS);
    return newest;
  };

  it('ends every run as its strategy allows, converges to what the log says, and replays to the same decisions', async () => {
    const runs: string[] = [];
    try {
      mischief.sidecarRuns.push(await sidecarCommands(fleet).release('logs'));
      runs.push(await release('0', DEFAULT_STRATEGY));
      await people.seeToTheEnd(runs[0]!, ...(await newestSidecarRun()));
      expect(witness.run(runs[0]!).phase).toBe('Succeeded');

      const kinds = dice.some(3, ['Pause', 'Rollback', 'Continue'] as const);
      for (let number = 1; number <= RELEASES; number += 1) {
        const version = String(number);
        await mischief.target(imageOf(version), dice.chance(0.7));
        const onFailure = kinds[number - 1] ?? dice.pick(['Pause', 'Rollback', 'Continue'] as const);
        const run = await release(version, drawStrategy(dice, onFailure, oracle));
        runs.push(run);
        const faults = 2 + dice.below(FAULTS);
        for (let fault = 0; fault < faults; fault += 1) {
          const moment = witness.position + 1 + dice.below(2 * CLUSTERS);
          await witness.sees(() => witness.position >= moment || people.rests(run), QUIET_MS);
          tell(`at ${witness.position}: ${await mischief.strike()}`);
          if (dice.chance(0.5)) await people.answer(run);
        }
        if (number < RELEASES && dice.chance(0.3)) continue; // The next release supersedes it, amid all its faults.
        await people.seeToTheEnd(run, ...(await newestSidecarRun()));
        await mischief.heal();
        await converges(fleet, witness, membership, PATIENCE_MS);
      }

      await mischief.heal();
      const last = await release('last', DEFAULT_STRATEGY);
      runs.push(last);
      await people.seeToTheEnd(last, ...(await newestSidecarRun()));
      expect(witness.run(last).phase).toBe('Succeeded');
      await converges(fleet, witness, membership, PATIENCE_MS);

      for (const run of [...runs, ...mischief.sidecarRuns]) await checkRun(run);
    } catch (error) {
      tell((error as Error).message);
      throw new Error(`FAULTS_SEED=${SEED}\n${story.join('\n')}`, {
        cause: error,
      });
    }
  });

  it('goes on from any event at which the worker was stopped, and decides nothing twice', async () => {
    const batches = [{ size: '50%' }, { size: '100%' }] as const;
    const strategy = { ...drawStrategy(dice, 'Pause'), batches, progressDeadline: '10m' };
    const run = await release('restarts', strategy);
    let restarts = 0;
    while (!people.rests(run) && restarts < RESTARTS) {
      const moment = witness.position + 1 + dice.below(CLUSTERS);
      await witness.sees(() => witness.position >= moment || people.rests(run), QUIET_MS);
      const other = dice.chance(0.3) ? await fleet.joinWorker() : undefined;
      await fleet.stopWorker();
      await fleet.startWorker();
      await other?.stop();
      restarts += 1;
    }
    if (!(await witness.sees(() => people.rests(run), PATIENCE_MS)))
      throw new Error(`${run} does not end: ${JSON.stringify(witness.run(run))}`);
    const { phase, reason = '' } = witness.run(run);
    tell(`${run} is ${phase} ${reason} after ${restarts} restarts`);
    expect({ phase, reason }).toEqual({ phase: 'Succeeded', reason: '' });
    expect(restarts).toBeGreaterThan(2);
    const events = witness.stream(runStream(run));
    const begun = events.filter(({ type }) => type === 'ClusterStarted');
    expect(new Set(begun.map(({ data }) => (data as { cluster: string }).cluster)).size).toBe(begun.length);
    expect(begun).toHaveLength(membership.members.length);
    await converges(fleet, witness, membership, PATIENCE_MS);
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

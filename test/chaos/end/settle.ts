import { compareWithJournal } from '../oracle/acknowledged';
import { differencesIn } from '../oracle/compare-cluster';
import { foldLog } from '../oracle/fold';
import type { Model } from '../oracle/model';
import { repairFaults } from '../oracle/repairs';
import type { Command, NumberedCommand } from '../script/commands';
import type { Story } from '../story';
import type { Hands } from '../world/hands';
import type { World } from '../world/world';
import { answerRuns } from './answer-runs';
import { compareWithApi } from './check-api';
import { compareNodes } from './check-nodes';

const LOOK_EVERY_MS = 400;
/** How often the story says what is still missing. */
const TELL_EVERY_MS = 5_000;

/** Commands of the end are numbered apart: how many there are depends on what happened. */
const FIRST_NUMBER = 1_000_000;

/** Brings the fleet to rest when everything is well again, and says what is not as it should be. */
export class Settling {
  private commands = 0;
  private toldAt = 0;

  constructor(
    private readonly world: World,
    private readonly hands: Hands,
    private readonly story: Story,
    private readonly patienceMs: number,
  ) {}

  /** Every hold is released and every run answered until it is over. Answers what keeps it from resting. */
  async rest(): Promise<string[]> {
    const { client, journal, log } = this.world;
    for (const { number, command, status } of [...journal.entries]) {
      const released = journal.entries.some(
        ({ command: other }) => other.do === 'unhold' && other.placedBy === number,
      );
      if (command.do === 'hold' && status < 300 && !released)
        await this.send({ do: 'unhold', placedBy: number });
    }
    for (const deadline = Date.now() + this.patienceMs; ;) {
      const open = (await client.list('/runs')).filter((run) => run.finishedAt === null);
      if (open.length === 0) return [];
      this.tellNow(
        () => `${open.length} runs are not over: ${open.map(({ id, phase }) => `${id} ${phase}`).join(', ')}`,
      );
      if (Date.now() > deadline) return open.map((run) => `${run.id} does not end: ${JSON.stringify(run)}`);
      await answerRuns(open, journal, (command) => this.numbered(command));
      const seen = log.position;
      await log.sees(() => log.position > seen, LOOK_EVERY_MS);
    }
  }

  /** Waits until everything is as the model says. Answers in what it is not, when it is not in time. */
  async converge(): Promise<string[]> {
    const { log } = this.world;
    for (const deadline = Date.now() + this.patienceMs; ;) {
      const seen = log.position;
      const found = await this.differences();
      if (found.length === 0 || Date.now() > deadline) return found;
      this.tellNow(() => `${found.length} things differ, the first: ${found[0]}`);
      await log.sees(() => log.position > seen, LOOK_EVERY_MS);
    }
  }

  /** Applications that a run left half way somewhere are released once more, plainly: then all of them are whole. */
  async finish(): Promise<boolean> {
    const model = await this.model();
    const half = [...model.targets.values()].filter(({ whole }) => !whole).map(({ app }) => app);
    for (const app of new Set(half)) {
      const version = `final-${FIRST_NUMBER + this.commands}`;
      const strategy = { stages: [{ name: 'all' }], progressDeadline: '10m' };
      await this.send({ do: 'release', app, version, images: { main: `${app}:${version}` }, strategy });
    }
    return half.length > 0;
  }

  async model(): Promise<Model> {
    return foldLog(await this.world.log.readAll(), this.world.journal.entries);
  }

  private async differences(): Promise<string[]> {
    const { world, hands } = this;
    const events = await world.log.readAll();
    const model = foldLog(events, world.journal.entries);
    const inClusters: string[] = [];
    for (const cluster of model.clusters.keys()) {
      const live = await world.simulator.objects(cluster);
      inClusters.push(...differencesIn(model, cluster, live, hands.foreignIn(cluster)));
    }
    if (inClusters.length > 0) return inClusters;
    return [
      ...compareWithJournal(events, world.journal.entries),
      ...missedBy(model),
      ...repairFaults(events, world.repairs.heard),
      ...world.pipeline.missed(events),
      ...(await compareWithApi(model, world.client)),
      ...(await compareNodes(model, world)),
    ];
  }

  private async send(command: Command): Promise<void> {
    const numbered = this.numbered(command);
    const { status, body } = await this.world.journal.send(numbered);
    this.story.tell(`the end: ${command.do} → ${status} ${status < 300 ? '' : JSON.stringify(body)}`);
  }

  private tellNow(what: () => string): void {
    if (Date.now() < this.toldAt + TELL_EVERY_MS) return;
    this.toldAt = Date.now();
    this.story.tell(`   ${what()}`);
  }

  private numbered(command: Command): NumberedCommand {
    this.commands += 1;
    return { number: FIRST_NUMBER + this.commands, command };
  }
}

/** Where the last run succeeded, every cluster has its release, unless the run itself says that it was left out. */
const missedBy = ({ apps, runs, targets }: Model): string[] =>
  [...targets.values()].flatMap(({ app, cluster, release }) => {
    const run = runs.get(apps.get(app)?.lastRun ?? '');
    if (run?.over !== 'RunSucceeded' || release === run.release) return [];
    const last = run.clusters.get(cluster);
    if (last === 'ClusterFailed' || last === 'ClusterSkipped' || last === 'ClusterRollbackStarted') return [];
    return [
      `${cluster}: ${app} has ${release} although ${run.release} succeeded (the run's last word on it: ${last})`,
    ];
  });

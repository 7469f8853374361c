import { checkConnections, checkLog } from './end/check-log';
import { compareWithRebuild } from './end/check-rebuild';
import { keepEvidence } from './end/keep-evidence';
import { Settling } from './end/settle';
import { describeCommand } from './script/commands';
import { describeMischief } from './script/mischief';
import { Script, type Step } from './script/script';
import { Story } from './story';
import { Hands } from './world/hands';
import { describeEntry } from './world/journal';
import { World } from './world/world';

export interface ChaosOptions {
  readonly seed: number;
  readonly clusters: number;
  readonly apis: number;
  readonly workers: number;
  /** How long things go wrong; milliseconds. */
  readonly forMs: number;
  /** So many steps instead, however long they take. */
  readonly steps?: number;
  /** How long everything may take to be well again; milliseconds. */
  readonly patienceMs: number;
  readonly aloud: boolean;
  readonly signal: AbortSignal;
}

export interface ChaosResult {
  /** None: everything is as it should be. */
  readonly differences: readonly string[];
  readonly story: readonly string[];
  readonly steps: number;
  readonly commands: { readonly acknowledged: number; readonly refused: number; readonly repeated: number };
  readonly mischief: number;
  readonly events: number;
  readonly convergedMs: number;
  /** Where the processes' logs are, when they were kept. */
  readonly folder?: string;
}

/** One life of an installation in which things go wrong, and the judgement at its end. */
export const runChaos = async (options: ChaosOptions): Promise<ChaosResult> => {
  const story = new Story(options.aloud);
  const faults: string[] = [];
  const onFault = (what: string): void => {
    faults.push(what);
    story.tell(`FAULT: ${what}`);
  };
  const clusters = Array.from({ length: options.clusters }, (_, index) => `c${index + 1}`);
  const world = await World.start({ ...options, clusters, onFault });
  const script = new Script(options.seed, clusters, World.processes(options));
  const hands = new Hands(world);
  const deadline = Date.now() + options.forMs;
  let steps = 0;
  let mischief = 0;
  let convergedMs = 0;
  let differences: string[] = [];
  try {
    while (options.steps === undefined ? Date.now() < deadline : steps < options.steps) {
      options.signal.throwIfAborted();
      const step = script.next();
      steps += 1;
      mischief += step.mischief.length;
      await play(step, world, hands, story);
    }
    story.tell('the dust settles');
    const from = performance.now();
    differences = await settle(world, hands, story, options.patienceMs);
    convergedMs = performance.now() - from;
    if (differences.length === 0) differences = await checkEnd(world);
  } catch (error) {
    differences = [(error as Error).stack ?? String(error)];
  } finally {
    differences = [...faults, ...differences];
    if (differences.length > 0)
      await keepEvidence(world).catch((error: unknown) => story.tell(`no evidence: ${String(error)}`));
    await world.stop({ keepLogs: differences.length > 0 });
  }
  const { entries } = world.journal;
  return {
    differences,
    story: story.lines,
    steps,
    mischief,
    events: world.log.events.length,
    convergedMs,
    commands: {
      acknowledged: entries.filter(({ status }) => status < 300).length,
      refused: entries.filter(({ status }) => status >= 300).length,
      repeated: entries.filter(({ tries }) => tries > 1).length,
    },
    ...(differences.length > 0 ? { folder: world.folder } : {}),
  };
};

/** Everything of a step at once; the next comes when all of it is answered and the log has moved on, or is quiet. */
const play = async (step: Step, world: World, hands: Hands, story: Story): Promise<void> => {
  const { log, journal } = world;
  await hands.heal(step.number);
  await Promise.all([
    ...step.commands.map(async (command) => {
      story.tell(`${step.number}: ${describeCommand(command)}`);
      story.tell(`   #${command.number} → ${describeEntry(await journal.send(command))}`);
    }),
    ...step.mischief.map((mischief) => {
      story.tell(`${step.number}: ${describeMischief(mischief)}`);
      return hands.strike(mischief);
    }),
  ]);
  const moment = log.position + step.wait.events;
  await log.sees(() => log.position >= moment, step.wait.quietMs);
};

const settle = async (world: World, hands: Hands, story: Story, patienceMs: number): Promise<string[]> => {
  await hands.healAll();
  await Promise.all([...world.servers.values()].map((server) => server.start()));
  const settling = new Settling(world, hands, story, patienceMs);
  for (;;) {
    const restless = await settling.rest();
    if (restless.length > 0) return restless;
    const found = await settling.converge();
    if (found.length > 0) return found;
    story.tell('everything is as the acknowledged commands say');
    if (!(await settling.finish())) return [];
  }
};

const checkEnd = async (world: World): Promise<string[]> => {
  const found = await checkLog(world.log, await world.log.readAll(), world.client);
  await Promise.all([...world.servers.values()].map((server) => server.end('SIGTERM')));
  found.push(...(await checkConnections(world.postgres.url)));
  found.push(...(await compareWithRebuild(world)));
  return found;
};

import type { FaultPlan } from '@keelson/k8s';
import type { Dice } from '../../support/dice';
import type { Mischief, Ref } from './mischief';
import { isWell, registeredClusters, type ScriptState } from './state';

const WEIGHTS = {
  kill: 12,
  freeze: 6,
  'crash-database': 4,
  faults: 34,
  cordon: 5,
  sicken: 8,
  'refuse-image': 7,
  sever: 6,
  compact: 4,
  edit: 16,
  remove: 8,
  plant: 4,
} as const;

const LONGEST_STEPS = 7;
/** Long enough for a repair to come as far as it can. */
const LONGEST_SICK_STEPS = 20;
/** What every simulated cluster begins with. */
const NODES = ['node-1', 'node-2', 'node-3'];
/** Of a process. */
const LONGEST_AWAY_STEPS = 3;
/** For which a worker may sleep so long that the others take over what it had: steps of about a second each. */
const LONG_SLEEP_STEPS = 45;

/** Draws something that goes wrong and takes note of how long; undefined where it would hit what is hit already. */
export const drawMischief = (
  dice: Dice,
  state: ScriptState,
  processes: readonly string[],
): Mischief | undefined => {
  const kind = dice.weighted(WEIGHTS);
  const until = state.step + 1 + dice.below(LONGEST_STEPS);
  switch (kind) {
    case 'kill':
    case 'freeze':
      return drawOfProcess(dice, state, kind, processes);
    case 'crash-database':
      return {
        trick: 'crash-database',
        signal: dice.pick(['SIGKILL', 'SIGQUIT', 'SIGINT']),
        awayMs: dice.pick([0, 0, 500, 2_000]),
      };
    case 'faults':
    case 'cordon':
      return drawWound(dice, state, kind, until);
    case 'sicken':
      return drawSickness(dice, state);
    case 'refuse-image': {
      const app = dice.pick([...state.apps.keys()]);
      // The image of a release that is yet to come, or has just been asked for.
      const image = `${app}:v${state.commands + dice.below(4)}`;
      return { trick: 'refuse-image', clusters: someClusters(dice, state, 3), image, until };
    }
    case 'sever':
    case 'compact':
      return { trick: kind, clusters: someClusters(dice, state, 6) };
    case 'edit': {
      const how = dice.pick(['data', 'image', 'replicas', 'unlabel'] as const);
      const kinds =
        how === 'data' ? ['ConfigMap'] : how === 'unlabel' ? ['ConfigMap', 'Deployment'] : ['Deployment'];
      return {
        trick: 'edit',
        clusters: someClusters(dice, state, 3),
        object: drawObject(dice, state, kinds),
        how,
      };
    }
    case 'remove':
      return {
        trick: 'remove',
        clusters: someClusters(dice, state, 3),
        object: drawObject(dice, state, ['ConfigMap', 'Deployment', 'Service']),
      };
    case 'plant': {
      const { namespace } = dice.pick([...state.apps.values()]);
      state.planted += 1;
      return {
        trick: 'plant',
        clusters: someClusters(dice, state, 3),
        namespace,
        name: `theirs-${state.planted}`,
      };
    }
  }
};

const drawOfProcess = (
  dice: Dice,
  state: ScriptState,
  kind: 'kill' | 'freeze',
  processes: readonly string[],
): Mischief | undefined => {
  const well = processes.filter((name) => isWell(state, name));
  const isApi = (name: string): boolean => name.startsWith('api');
  const [process] = dice.some(
    1,
    well.filter((name) => kind === 'kill' || !isApi(name)),
  );
  if (process === undefined) return undefined;
  // One at a time: somebody must be there to take over.
  const sleepsLong = kind === 'freeze' && well.length === processes.length && dice.chance(0.3);
  const until =
    state.step + (sleepsLong ? LONG_SLEEP_STEPS + dice.below(30) : 1 + dice.below(LONGEST_AWAY_STEPS));
  // Somebody must be left to answer: the script goes on when its commands are answered.
  const isLast = isApi(process) && well.filter(isApi).length === 1;
  const atOnce = dice.chance(0.5) || isLast;
  state.wounds.set(process, kind === 'kill' && atOnce ? state.step : until);
  if (kind === 'freeze') return { trick: 'freeze', process, until };
  const signal = dice.chance(0.8) ? 'SIGKILL' : 'SIGTERM';
  return { trick: 'kill', process, signal, ...(atOnce ? {} : { until }) };
};

const drawWound = (
  dice: Dice,
  state: ScriptState,
  kind: 'faults' | 'cordon',
  until: number,
): Mischief | undefined => {
  const clusters = someClusters(dice, state, 3).filter((name) => isWell(state, name));
  if (clusters.length === 0) return undefined;
  for (const name of clusters) state.wounds.set(name, until);
  return kind === 'cordon'
    ? { trick: kind, clusters, until }
    : { trick: kind, clusters, plan: { seed: String(state.step), ...drawPlan(dice) }, until };
};

/** One node, some, or all of them: then it is a storm. Besides whatever else is wrong with their clusters. */
const drawSickness = (dice: Dice, state: ScriptState): Mischief | undefined => {
  const clusters = someClusters(dice, state, 2).filter((name) => isWell(state, nodesOf(name)));
  if (clusters.length === 0) return undefined;
  const until = state.step + 2 + dice.below(LONGEST_SICK_STEPS);
  for (const name of clusters) state.wounds.set(nodesOf(name), until);
  const nodes = dice.some(dice.pick([1, 1, 2, 3]), NODES);
  return { trick: 'sicken', clusters, nodes, how: dice.pick(['silent', 'not-ready', 'deadlocked']), until };
};

const nodesOf = (cluster: string): string => `nodes of ${cluster}`;

const drawPlan = (dice: Dice): FaultPlan => {
  switch (
    dice.weighted({ cut: 6, slow: 3, stalled: 2, lossy: 4, torn: 3, refusing: 3, trickling: 1, expiring: 1 })
  ) {
    case 'cut':
      return { unreachable: true };
    case 'slow':
      return { latencyMs: dice.pick([50, 200, { min: 20, max: 1_500 }]) };
    case 'stalled':
      return { stalled: true };
    case 'lossy':
      return { loseRequests: dice.pick([0, 0.2]), loseAnswers: dice.pick([0.1, 0.4]) };
    case 'torn':
      return { cut: { share: dice.pick([0.2, 0.6]), withinBytes: dice.pick([200, 3_000]) } };
    case 'refusing':
      return { refuse: { status: dice.pick([409, 429, 500, 503]), share: dice.pick([0.2, 0.6]) } };
    case 'trickling':
      return { dribble: { bytes: 64, everyMs: 5 } };
    case 'expiring':
      return { expire: 0.5 };
  }
};

/** Mostly registered ones: what happens to the others is of no account until they come back. */
const someClusters = (dice: Dice, state: ScriptState, most: number): string[] =>
  dice.some(1 + dice.below(most), dice.chance(0.9) ? registeredClusters(state) : [...state.clusters.keys()]);

const drawObject = (dice: Dice, state: ScriptState, kinds: readonly string[]): Ref => {
  const [app, { namespace }] = dice.pick([...state.apps]);
  const kind = dice.pick(kinds);
  if (kind === 'Deployment') return { apiVersion: 'apps/v1', kind, namespace, name: `${app}-web` };
  if (kind === 'Service') return { apiVersion: 'v1', kind, namespace, name: app };
  const name = dice.chance(0.6) ? `${app}-settings` : `${app}-extra-${dice.below(3)}`;
  return { apiVersion: 'v1', kind, namespace, name };
};

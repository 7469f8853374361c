import type { Dice } from '../../support/dice';
import type { Command, Definition, Override, Placement } from './commands';
import { manifestsOf, type Shape } from './manifests';
import { drawRepairPolicy, REPAIR_POLICY } from './repair-policy';
import { drawSidecarCommand } from './draw-sidecar-command';
import { livingApps, nameableClusters, registeredClusters, type AppState, type ScriptState } from './state';
import { drawStrategy, drawTier } from './strategies';

/** Which commands there are, and how often each. */
const WEIGHTS = {
  release: 24,
  scale: 14,
  redefine: 14,
  act: 14,
  rollback: 5,
  delete: 5,
  define: 8,
  relabel: 6,
  forget: 5,
  register: 7,
  hold: 4,
  unhold: 5,
  sidecar: 10,
  repairBy: 2,
} as const;

const ACTIONS = ['pause', 'resume', 'abort', 'rollback', 'promote', 'retry', 'approve', 'reject'] as const;

/** Draws a command that fits what the script did so far, and takes note of it; undefined where none of its kind does. */
export const drawCommand = (dice: Dice, state: ScriptState): Command | undefined => {
  const kind = dice.weighted(WEIGHTS);
  if (kind === 'repairBy') return drawRepairs(dice, state);
  if (kind === 'sidecar') return drawSidecarCommand(dice, state);
  if (kind === 'hold' || kind === 'unhold') return drawHold(dice, state, kind);
  if (kind === 'relabel' || kind === 'forget' || kind === 'register') {
    return drawClusterCommand(dice, state, kind);
  }
  return drawApplicationCommand(dice, state, kind);
};

/** Not twice in a step: their order would be anybody's guess. */
const drawRepairs = (dice: Dice, state: ScriptState): Command | undefined =>
  state.busy.has(REPAIR_POLICY)
    ? undefined
    : { do: 'repairBy', policy: drawRepairPolicy(dice, state.commands) };

const drawHold = (dice: Dice, state: ScriptState, kind: 'hold' | 'unhold'): Command | undefined => {
  if (kind === 'hold') {
    if (state.holds.length >= 2) return undefined;
    const ofCluster = dice.chance(0.5);
    const names = ofCluster
      ? nameableClusters(state)
      : livingApps(state).flatMap(([name]) => (state.busy.has(name) ? [] : name));
    const [name] = dice.some(1, names);
    if (name === undefined) return undefined;
    state.holds.push(state.commands + 1);
    return { do: 'hold', scope: ofCluster ? { cluster: name } : { application: name } };
  }
  // Not one of this very step: it may not be placed yet.
  const [placedBy] = state.holds;
  if (state.busy.has(`hold ${placedBy}`)) return undefined;
  state.holds.shift();
  return placedBy === undefined ? undefined : { do: 'unhold', placedBy };
};

const drawClusterCommand = (
  dice: Dice,
  state: ScriptState,
  kind: 'relabel' | 'forget' | 'register',
): Command | undefined => {
  const wanted = kind !== 'register';
  const [cluster] = dice.some(
    1,
    [...state.clusters].filter(([name, { registered }]) => registered === wanted && !state.busy.has(name)),
  );
  if (!cluster) return undefined;
  const [name, known] = cluster;
  if (kind === 'forget') {
    if (registeredClusters(state).length <= 3) return undefined;
    known.registered = false;
    return { do: 'forget', cluster: name, workloads: dice.pick(['delete', 'delete', 'orphan']) };
  }
  known.registered = true;
  known.labels = { tier: drawTier(dice), zone: dice.pick(['a', 'b']), touch: `t${state.commands + 1}` };
  return { do: 'register', cluster: name, labels: known.labels };
};

const drawApplicationCommand = (
  dice: Dice,
  state: ScriptState,
  kind: 'release' | 'scale' | 'redefine' | 'act' | 'rollback' | 'delete' | 'define',
): Command | undefined => {
  const exists = kind !== 'define';
  const [chosen] = dice.some(
    1,
    [...state.apps].filter(([name, app]) => app.exists === exists && !state.busy.has(name)),
  );
  if (!chosen) return undefined;
  const [app, known] = chosen;
  switch (kind) {
    case 'define':
      return defineAnew(dice, state, app, known);
    case 'redefine':
      return redefine(dice, state, app, known);
    case 'delete':
      if (livingApps(state).length <= 1) return undefined;
      known.exists = false;
      return { do: 'delete', app };
    case 'release':
      return release(dice, state, app, known);
    case 'rollback': {
      if (known.versions.length < 2) return undefined;
      const to = dice.pick(known.versions);
      known.sequence += 1;
      return { do: 'rollback', app, to, ...(dice.chance(0.5) ? { strategy: drawStrategy(dice) } : {}) };
    }
    case 'scale': {
      const everywhere = dice.chance(0.6);
      const scale = { replicas: dice.below(5), workload: `${app}-web` };
      const clusterSelector = { matchLabels: { tier: drawTier(dice) } };
      return { do: 'scale', app, scale: everywhere ? scale : { ...scale, clusterSelector } };
    }
    case 'act': {
      if (known.sequence === 0) return undefined;
      const run = `${app}-${known.sequence}`;
      if (dice.chance(0.15))
        return { do: 'act', run, action: 'skip', cluster: dice.pick([...state.clusters.keys()]) };
      return { do: 'act', run, action: dice.pick(ACTIONS) };
    }
  }
};

const drawShape = (dice: Dice, state: ScriptState, app: string): Shape => ({
  mark: `m${state.commands + 1}`,
  replicas: 1 + dice.below(4),
  image: `${app}:defined-${state.commands + 1}`,
  service: dice.chance(0.6),
  extras: [0, 1, 2].filter(() => dice.chance(0.4)),
  hint: dice.chance(0.5),
  ...(dice.chance(0.4) ? { surge: 1 + dice.below(2) } : {}),
  ...(dice.chance(0.25) ? { database: 1 + dice.below(2) } : {}),
});

const drawPlacement = (dice: Dice, state: ScriptState): Placement => {
  const kind = dice.weighted({ all: 5, tier: 2, zone: 2, names: 2 });
  if (kind === 'all') return { clusterSelector: {} };
  if (kind === 'tier') return { clusterSelector: { matchLabels: { tier: drawTier(dice) } } };
  if (kind === 'zone') return { clusterSelector: { matchLabels: { zone: dice.pick(['a', 'b']) } } };
  return {
    clusterSelector: { matchLabels: { tier: 'canary' } },
    clusterNames: dice.some(2, nameableClusters(state)),
  };
};

const drawOverrides = (dice: Dice, app: string, mark: string): Override[] => [
  ...(dice.chance(0.4)
    ? [{ clusterSelector: { matchLabels: { tier: drawTier(dice) } }, replicas: 1 + dice.below(3) }]
    : []),
  ...(dice.chance(0.5)
    ? [
        {
          clusterSelector: { matchLabels: { zone: dice.pick(['a', 'b']) } },
          patches: [
            {
              target: { kind: 'ConfigMap', name: `${app}-settings` },
              patch: [{ op: 'add' as const, path: '/data/zone', value: `zone of ${mark}` }],
            },
          ],
        },
      ]
    : []),
];

const drawDefinition = (
  dice: Dice,
  state: ScriptState,
  app: string,
  namespace: string,
): { shape: Shape; definition: Definition } => {
  const shape = drawShape(dice, state, app);
  const definition: Definition = {
    namespace,
    labels: { logs: dice.pick(['yes', 'yes', 'no']) },
    manifests: manifestsOf(app, namespace, shape),
    placement: drawPlacement(dice, state),
    overrides: drawOverrides(dice, app, shape.mark),
    ...(dice.chance(0.5) ? { strategy: drawStrategy(dice) } : {}),
  };
  return { shape, definition };
};

export const defineAnew = (dice: Dice, state: ScriptState, app: string, known: AppState): Command => {
  Object.assign(known, drawDefinition(dice, state, app, known.namespace), { exists: true, versions: [] });
  return { do: 'define', app, definition: known.definition };
};

/** One facet or several; always another mark, so that it is a change. */
const redefine = (dice: Dice, state: ScriptState, app: string, known: AppState): Command => {
  const { shape, definition } = drawDefinition(dice, state, app, known.namespace);
  const before = known.definition;
  known.shape = shape;
  known.definition = {
    ...definition,
    ...(dice.chance(0.6) ? { placement: stillThere(before.placement, state) } : {}),
    ...(dice.chance(0.4) ? { overrides: before.overrides } : {}),
    ...(dice.chance(0.7) ? { labels: before.labels } : {}),
  };
  return { do: 'define', app, definition: known.definition };
};

/** A definition may not name a cluster that is not registered. */
const stillThere = ({ clusterNames, ...placement }: Placement, state: ScriptState): Placement => {
  const known = new Set(nameableClusters(state));
  return clusterNames
    ? { ...placement, clusterNames: clusterNames.filter((name) => known.has(name)) }
    : placement;
};

/** Of the definition's manifests with another image (what can go in place), or of manifests of its own. */
export const release = (dice: Dice, state: ScriptState, app: string, known: AppState): Command => {
  const version = `v${state.commands + 1}`;
  const own = dice.chance(0.3);
  known.versions.push(version);
  known.sequence += 1;
  return {
    do: 'release',
    app,
    version,
    images: { main: `${app}:${version}` },
    ...(own ? { manifests: manifestsOf(app, known.namespace, drawShape(dice, state, app)) } : {}),
    ...(dice.chance(0.6) ? { strategy: drawStrategy(dice) } : {}),
  };
};

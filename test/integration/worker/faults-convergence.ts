import {
  runDecider,
  type KubeObject,
  type Pace,
  type Run,
  type RunEvent,
  type RunState,
} from '@keelson/domain';
import type { RecordedEvent } from '@keelson/event-store';
import type { Fleet } from './fleet-harness';
import type { Membership } from './faults-membership';
import { pictureOf } from './faults-picture';
import type { Witness } from './faults-witness';

interface TargetRow {
  readonly cluster: string;
  readonly release: string | null;
  readonly pace: Pace | null;
  readonly objects: readonly KubeObject[] | null;
  readonly generation: string;
  readonly applied_generation: string;
  readonly health: { readonly generation: number; readonly status: string; readonly message: string } | null;
  readonly failure: { readonly message: string } | null;
  readonly drift: readonly unknown[];
  readonly phase: string;
}

/** Waits until every cluster is as the log wants it; fails with the first few that are not. */
export const converges = async (
  fleet: Fleet,
  witness: Witness,
  membership: Membership,
  withinMs: number,
): Promise<void> => {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const seen = witness.position;
    const lagging = await lag(fleet, witness, membership);
    if (lagging.length === 0) return;
    if (Date.now() > deadline) {
      const pictures = await Promise.all(
        lagging.slice(0, 2).map((it) => pictureOf(fleet, it.split(':')[0]!)),
      );
      throw new Error(
        `${lagging.length} clusters are not as the log wants them: ${lagging.slice(0, 5).join('; ')}\n${pictures.join('\n')}`,
      );
    }
    await witness.sees(() => witness.position > seen, 500);
  }
};

const lag = async (
  { pool, simulator }: Fleet,
  witness: Witness,
  { members, outside, cleared }: Membership,
): Promise<string[]> => {
  const { rows } = await pool.query<TargetRow>(
    `select t.cluster, t.release, t.pace, p.objects, t.generation, t.applied_generation, t.health, t.failure, t.drift,
            c.phase
     from read.targets t join read.clusters c on c.name = t.cluster left join read.plan_contents p on p.hash = t.hash
     where t.application = 'shop' order by t.cluster`,
  );
  const wanted = releasesByCluster(witness.events);
  const known = new Set(rows.map(({ cluster }) => cluster));
  const left = cleared.filter((name) => simulator.cluster(name).pods('shop').length > 0);
  return [
    ...members.filter((name) => !known.has(name)).map((name) => `${name}: no target`),
    ...outside.filter((name) => known.has(name)).map((name) => `${name}: a target, though it left`),
    ...left.map((name) => `${name}: its pods stayed, though it left`),
    ...rows.flatMap((row) => {
      const cluster = simulator.cluster(row.cluster);
      const why =
        whyNot(row, wanted.get(row.cluster), (ref) => cluster.get(ref)) ??
        strayPod(row, cluster.pods('shop', 'app=web'));
      return why === undefined ? [] : [`${row.cluster}: ${why}`];
    }),
  ];
};

const whyNot = (
  { release, pace, objects, generation, applied_generation, health, failure, drift, phase }: TargetRow,
  wanted: string | undefined,
  live: (ref: {
    apiVersion: string;
    kind: string;
    name: string;
    namespace?: string;
  }) => KubeObject | undefined,
): string | undefined => {
  if (phase !== 'Connected') return `the cluster is ${phase}`;
  if (release !== wanted) return `release ${release} instead of ${wanted}`;
  if (failure) return failure.message;
  if (generation !== applied_generation) return `generation ${applied_generation} of ${generation}`;
  if (String(health?.generation) !== generation || health?.status !== 'Current')
    return `${health?.status} of ${health?.generation} at ${generation}: ${health?.message}`;
  if (drift.length > 0) return 'it has drifted';
  // A cluster that failed half way and was tolerated stays where it was held; its objects are not yet the plan's.
  if (pace && pace.share !== '100%') return undefined;
  for (const object of objects ?? []) {
    const { name, namespace } = object.metadata;
    const found = live({
      apiVersion: object.apiVersion,
      kind: object.kind,
      name,
      ...(namespace ? { namespace } : {}),
    });
    const difference = found ? differenceIn(object, found, object.kind) : `${object.kind} is not there`;
    if (difference !== undefined) return difference;
  }
  return undefined;
};

/** A pod that runs other images than the plan's: in place or anew, in the end they are the same. */
const strayPod = ({ pace, objects }: TargetRow, pods: readonly KubeObject[]): string | undefined => {
  if (pace && pace.share !== '100%') return undefined;
  const web = (objects ?? []).find(({ kind }) => kind === 'Deployment') as any;
  const wanted = imagesOf(web?.spec.template.spec);
  const stray = (pods as any[]).find(
    ({ metadata, spec }) => !metadata.deletionTimestamp && imagesOf(spec) !== wanted,
  );
  return stray && `pod ${stray.metadata.name} runs ${imagesOf(stray.spec)} instead of ${wanted}`;
};

const imagesOf = (pod: any): string => (pod?.containers ?? []).map(({ image }: any) => image).join();

/** Where the live value is not what is planned; what is not planned may be anything. */
const differenceIn = (planned: unknown, live: unknown, path: string): string | undefined => {
  if (typeof planned !== 'object' || planned === null) {
    return planned === live ? undefined : `${path} is ${String(live)} instead of ${String(planned)}`;
  }
  for (const [key, value] of Object.entries(planned)) {
    const difference = differenceIn(
      value,
      (live as Record<string, unknown> | undefined)?.[key],
      `${path}.${key}`,
    );
    if (difference !== undefined) return difference;
  }
  return undefined;
};

/** The release that each cluster is to have, from the events alone: a second opinion beside the projection's. */
const releasesByCluster = (events: readonly RecordedEvent[]): Map<string, string> => {
  const releases = new Map<string, string>();
  const runs = new Map<string, RunState>();
  const members = new Set<string>();
  let settled: string | undefined;
  const give = (cluster: string, release: string | undefined): void => {
    if (members.has(cluster) && release !== undefined) releases.set(cluster, release);
  };
  for (const recorded of events) {
    if (recorded.type === 'ClusterRegistered' || recorded.type === 'ClusterForgotten') {
      const { cluster } = recorded.data as { cluster: string };
      releases.delete(cluster);
      if (recorded.type === 'ClusterForgotten') members.delete(cluster);
      else members.add(cluster);
      give(cluster, settled);
    }
    const event = recorded as unknown as RunEvent;
    if (!recorded.stream.startsWith('run/') || event.data.application !== 'shop') continue;
    const { run } = event.data;
    const state = runDecider.evolve(runs.get(run) ?? runDecider.initial, event);
    runs.set(run, state);
    if (event.type === 'ClusterStarted' || event.type === 'ClusterRollbackStarted')
      give(event.data.cluster, event.data.release);
    if (event.type !== 'RunSucceeded') continue;
    settled = (state as Run).release;
    const met = (state as Run).stages.flatMap(({ clusters }) => clusters);
    const skipped = new Set(met.flatMap(({ phase, name }) => (phase === 'Skipped' ? name : [])));
    for (const name of members) if (!skipped.has(name)) give(name, settled);
  }
  return releases;
};

import { FIELD_MANAGER, applyWaves, type KubeObject } from '@keelson/domain';
import { applyPlan, drive, type ApplyDeps, type Simulator } from '@keelson/k8s';
import type { Seed } from './protocol';

/** Clusters that are filled before the event loop has its turn: their controllers work on what there is. */
const CLUSTERS_AT_ONCE = 10;

/**
 * Brings every cluster to where Keelson left it: its own applier sends the plans, and they are taken at once instead of
 * through a connection, which for 200,000 objects would cost more than all that is measured.
 */
export const seedClusters = async (simulator: Simulator, { namespace, plans }: Seed): Promise<void> => {
  const driven = plans.map(({ objects, ...plan }) => ({ ...plan, waves: wavesOf(objects) }));
  for (const [index, name] of simulator.names.entries()) {
    const cluster = simulator.cluster(name);
    const place = { apiVersion: 'v1', kind: 'Namespace' };
    if (!cluster.get({ ...place, name: namespace }))
      cluster.create({ ...place, metadata: { name: namespace } });
    const deps = depsOf((object) => cluster.apply(object, FIELD_MANAGER));
    for (const { application, hash, waves, generations } of driven) {
      const generation = generations[index] ?? 0;
      const request = { application, generation, hash, waves, namespace, whenToTakeOver: 'Never' as const };
      const { applied, changes } = await applyPlan(deps, request);
      if (!applied) throw new Error(`${application} cannot be put into ${name}: ${JSON.stringify(changes)}`);
    }
    if (index % CLUSTERS_AT_ONCE === 0) await new Promise((resolve) => setImmediate(resolve));
  }
};

/** With the marks that every workload bears. */
const wavesOf = (objects: readonly KubeObject[]): KubeObject[][] => {
  const driven = drive(objects, undefined, () => 'unknown');
  if (driven === 'unknown') throw new Error('a plan without a target needs no view');
  return applyWaves(driven.objects);
};

const PLURALS: Readonly<Record<string, string>> = { ConfigMap: 'configmaps', Deployment: 'deployments' };

const depsOf = (apply: (object: KubeObject) => KubeObject): ApplyDeps => ({
  client: { request: (_method, _path, options) => Promise.resolve(apply(unfenced(options?.body)) as never) },
  cache: { lookup: () => 'absent', store: () => undefined },
  discovery: {
    invalidate: () => undefined,
    resolve: (apiVersion, kind) => {
      const [version = '', group = ''] = apiVersion.split('/').reverse();
      const plural = PLURALS[kind];
      if (!plural) throw new Error(`the benchmark has no ${kind}`);
      return Promise.resolve({ apiVersion, group, version, kind, plural, namespaced: true });
    },
  },
});

/** The fence says that the object must not exist; it does not. */
const unfenced = (body: unknown): KubeObject => {
  const { metadata, ...object } = body as KubeObject;
  const { resourceVersion: _, ...rest } = metadata;
  return { ...object, metadata: rest };
};

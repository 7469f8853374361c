import type { KubeObject } from '@keelson/domain';
import type { Fleet } from './fleet-harness';

/** What one cluster has of the application, in a few lines: for the story of a failure. */
export const pictureOf = async ({ pool, simulator }: Fleet, name: string): Promise<string> => {
  const cluster = simulator.cluster(name);
  const { rows } = await pool.query<Record<string, unknown>>(
    `select application, phase, release, pace, generation, applied_generation, hash from read.targets where cluster = $1`,
    [name],
  );
  const lines = [
    ...rows.map((row) => JSON.stringify(row)),
    ...cluster.list('v1', 'Node').map((node) => `node ${shortly(node, ['taints', 'unschedulable'])}`),
    ...cluster
      .list('apps/v1', 'Deployment', 'shop')
      .map(
        (it) =>
          `deployment ${shortly(it, ['replicas', 'minReadySeconds', 'strategy', 'paused', 'template'])}`,
      ),
    ...cluster
      .list('apps/v1', 'ReplicaSet', 'shop')
      .map((it) => `replica set ${shortly(it, ['replicas', 'minReadySeconds', 'template'])}`),
    ...cluster.pods('shop').map((pod) => `pod ${shortly(pod, ['nodeName', 'containers'])}`),
  ];
  return lines.map((line) => `  ${name} ${line}`).join('\n');
};

const shortly = ({ metadata, ...object }: KubeObject, fields: readonly string[]): string => {
  const spec = (object['spec'] ?? {}) as Record<string, unknown>;
  const { name, generation, annotations, labels, deletionTimestamp, ownerReferences } = metadata;
  const owner = (ownerReferences as { name: string }[] | undefined)?.[0]?.name;
  const shown = Object.fromEntries(fields.map((field) => [field, spec[field]]));
  return JSON.stringify({
    name,
    generation,
    owner,
    deletionTimestamp,
    labels,
    annotations,
    ...shown,
    status: object['status'],
  });
};

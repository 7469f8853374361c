import type { KubeObject } from '@keelson/domain';
import type { Fleet } from './fleet-harness';

/** What one cluster has of the application, in a few lines: for the story of a failure. */
export const pictureOf = async ({ pool, simulator }: Fleet, name: string): Promise<string> => {
  const cluster = simulator.cluster(name);
  const { rows } = await pool.query<Record<string, unknown>>(
    `select application, release, pace, joint, sidecars, generation, applied_generation, hash, health, failure
     from read.targets where cluster = $1`,
    [name],
  );
  const cordoned = cluster.list('v1', 'Node').filter((node) => specOf(node)['unschedulable'] === true);
  const lines = [
    ...rows.map((row) => `target ${JSON.stringify(row)}`),
    `cordoned nodes: ${cordoned.map(({ metadata }) => metadata.name).join(', ') || 'none'}`,
    ...cluster
      .list('apps/v1', 'Deployment', 'shop')
      .map((it) => inShort(it, ['replicas', 'minReadySeconds', 'strategy', 'paused'])),
    ...cluster
      .list('apps/v1', 'ReplicaSet', 'shop')
      .map((it) => inShort(it, ['replicas', 'minReadySeconds'])),
    ...cluster.pods('shop').map((pod) => inShort(pod, ['nodeName'])),
  ];
  return lines.map((line) => `  ${name}: ${line}`).join('\n');
};

const specOf = (object: KubeObject): Record<string, unknown> =>
  (object['spec'] ?? {}) as Record<string, unknown>;

const inShort = (object: KubeObject, fields: readonly string[]): string => {
  const spec = specOf(object);
  const { name, generation, annotations, deletionTimestamp, ownerReferences } = object.metadata;
  const { containers = [] } = ((spec['template'] as KubeObject | undefined)?.['spec'] ?? spec) as {
    containers?: { image: string }[];
  };
  return `${object.kind} ${JSON.stringify({
    name,
    generation,
    owner: (ownerReferences as { name: string }[] | undefined)?.[0]?.name,
    deletionTimestamp,
    annotations,
    ...Object.fromEntries(fields.map((field) => [field, spec[field]])),
    images: containers.map(({ image }) => image),
    status: object['status'],
  })}`;
};

import {
  diffMasked,
  diffPlans,
  keyOf,
  planContent,
  refOf,
  type IgnoredFields,
  type KubeObject,
  type ObjectRef,
} from '@keelson/domain';
import type { Vault } from '@keelson/event-store';
import { ClusterClient, diffLive, Discovery, type ClusterConnection, type ObjectDiff } from '@keelson/k8s';
import type { ClusterDiffView } from './diff.operations';
import type { DiffRow } from './diff.queries';

/** A cluster that does not answer within this is compared by its plan: a diff is read by a person who waits. */
const ANSWER_MS = 10_000;

export interface Wanted {
  readonly application: string;
  readonly namespace: string;
  readonly objects: readonly KubeObject[];
  readonly ignoreFields?: readonly IgnoredFields[];
}

/** What one cluster would see of these objects: asked of its API server, or told from its plan where it is away. */
export const diffCluster = async (vault: Vault, row: DiffRow, wanted: Wanted): Promise<ClusterDiffView> => {
  const content = planContent(wanted.objects);
  const removed = removedFrom(row, content.objects);
  const away = row.phase === 'Connected' ? undefined : (row.last_error?.message ?? 'not connected yet');
  if (away === undefined) {
    try {
      return view(row.cluster, 'DryRun', await ask(vault, row, wanted, content, removed));
    } catch (error) {
      return view(row.cluster, 'Plan', byPlan(row, content, removed), (error as Error).message);
    }
  }
  return view(row.cluster, 'Plan', byPlan(row, content, removed), away);
};

const removedFrom = ({ inventory }: DiffRow, objects: readonly KubeObject[]): ObjectRef[] => {
  const kept = new Set(objects.map((object) => keyOf(refOf(object))));
  return inventory.filter((ref) => !kept.has(keyOf(ref)));
};

const ask = async (
  vault: Vault,
  { cluster, credentials, generation }: DiffRow,
  { application, namespace, ignoreFields = [] }: Wanted,
  { hash, objects }: ReturnType<typeof planContent>,
  removed: readonly ObjectRef[],
): Promise<ObjectDiff[]> => {
  const secret = await vault.get(`cluster/${cluster}`, credentials);
  if (!secret) throw new Error('the credentials of the cluster are missing; register it again');
  const client = new ClusterClient(JSON.parse(secret.toString('utf8')) as ClusterConnection, {
    maxConcurrent: 8,
  });
  try {
    const request = { application, namespace, ignoreFields, hash, generation: Number(generation ?? 0) };
    const discovery = new Discovery(client);
    return await diffLive({ client, discovery }, request, objects, removed, AbortSignal.timeout(ANSWER_MS));
  } finally {
    await client.close();
  }
};

const byPlan = (
  { hash, objects }: DiffRow,
  after: ReturnType<typeof planContent>,
  removed: readonly ObjectRef[],
): ObjectDiff[] => {
  const before = hash !== null && objects ? { hash, objects } : undefined;
  const { added, changed } = diffPlans(before, after);
  const old = new Map(before?.objects.map((object) => [keyOf(refOf(object)), object]));
  const next = new Map(after.objects.map((object) => [keyOf(refOf(object)), object]));
  const known = new Set([...added, ...changed].map(keyOf));
  return [
    ...added.map((object): ObjectDiff => ({ object, change: 'Create', fields: [] })),
    ...changed.map((object): ObjectDiff => {
      const key = keyOf(object);
      return { object, change: 'Update', fields: diffMasked(old.get(key)!, next.get(key)!) };
    }),
    ...removed.map((object): ObjectDiff => ({ object, change: 'Delete', fields: [] })),
    ...[...next]
      .filter(([key]) => !known.has(key))
      .map(([, object]): ObjectDiff => ({ object: refOf(object), change: 'None', fields: [] })),
  ];
};

const view = (
  cluster: string,
  source: ClusterDiffView['source'],
  diffs: readonly ObjectDiff[],
  why?: string,
): ClusterDiffView => ({
  cluster,
  source,
  ...(why === undefined ? {} : { why }),
  changes: diffs.flatMap(({ object, change, fields, refused }) =>
    change === 'None'
      ? []
      : [{ object, change, fields: [...fields], ...(refused === undefined ? {} : { refused }) }],
  ),
  unchanged: diffs.filter(({ change }) => change === 'None').length,
});

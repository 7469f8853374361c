import {
  APPLICATION_LABEL,
  diffMasked,
  GENERATION_ANNOTATION,
  PLAN_ANNOTATION,
  refOf,
  TEMPLATE_ANNOTATION,
  type FieldChange,
  type KubeObject,
  type ObjectRef,
} from '@keelson/domain';
import { applyBody } from '../apply/body';
import type { ApplyRequest } from '../apply/change-set';
import type { ApplyDeps } from '../apply/deps';
import { ignoredPaths, withLiveValues } from '../apply/ignored-fields';
import { mapAtMost } from '../apply/in-turn';
import { patch, readLive } from '../apply/patch';
import { classify } from '../client/classify';
import { UnknownKindError } from '../discovery/discovery';
import { placedRef } from '../discovery/resource';

/** What an apply would do to one object. */
export interface ObjectDiff {
  readonly object: ObjectRef;
  readonly change: 'Create' | 'Update' | 'Delete' | 'None';
  /** Of an Update; values of Secrets are masked. */
  readonly fields: readonly FieldChange[];
  /** The API server would refuse it, and says why. */
  readonly refused?: string;
}

type DiffRequest = Pick<ApplyRequest, 'application' | 'generation' | 'hash' | 'namespace' | 'ignoreFields'>;

const UNDER_WAY = 8;

/**
 * What a plan would change in a cluster, by dry-run apply: the API server itself fills in defaults, merges what others
 * own, and refuses what it would refuse. Nothing is written.
 * @throws ApiError, NetworkError when the cluster does not answer
 */
export const diffLive = async (
  deps: Pick<ApplyDeps, 'client' | 'discovery'>,
  request: DiffRequest,
  objects: readonly KubeObject[],
  removed: readonly ObjectRef[],
  signal?: AbortSignal,
): Promise<ObjectDiff[]> => {
  const changed = await mapAtMost(objects, UNDER_WAY, (object) => diffOne(deps, request, object, signal));
  const deleted = await mapAtMost(removed, UNDER_WAY, async (object): Promise<ObjectDiff> => {
    const exists = await isThere(deps, object, signal);
    return { object, change: exists ? 'Delete' : 'None', fields: [] };
  });
  return [...changed, ...deleted];
};

const diffOne = async (
  deps: Pick<ApplyDeps, 'client' | 'discovery'>,
  request: DiffRequest,
  planned: KubeObject,
  signal?: AbortSignal,
): Promise<ObjectDiff> => {
  let object = refOf(planned);
  try {
    const resource = await deps.discovery.resolve(planned.apiVersion, planned.kind);
    object = placedRef(resource, object, request.namespace);
    const live = await readLive(deps.client, resource, object, signal);
    const planBody = applyBody(request, planned, object);
    const ignored = ignoredPaths(request.ignoreFields, object);
    const body = live === 'absent' ? planBody : withLiveValues(planBody, live, ignored);
    const wouldBe = await patch(deps.client, resource, body, { dryRun: true, ...(signal ? { signal } : {}) });
    if (live === 'absent') return { object, change: 'Create', fields: [] };
    const fields = diffMasked(comparable(live), comparable(wouldBe));
    return { object, change: fields.length > 0 ? 'Update' : 'None', fields };
  } catch (error) {
    if (isNotYetThere(error)) return { object, change: 'Create', fields: [] };
    const { kind, message } = classify(error);
    if (kind !== 'terminal') throw error;
    return { object, change: 'Update', fields: [], refused: message };
  }
};

/** Its namespace or its kind comes with the same plan, so there is nothing yet that could be asked. */
const isNotYetThere = (error: unknown): boolean =>
  error instanceof UnknownKindError || classify(error).kind === 'notFound';

const isThere = async (
  deps: Pick<ApplyDeps, 'client' | 'discovery'>,
  ref: ObjectRef,
  signal?: AbortSignal,
): Promise<boolean> => {
  try {
    const resource = await deps.discovery.resolve(ref.apiVersion, ref.kind);
    return (await readLive(deps.client, resource, ref, signal)) !== 'absent';
  } catch (error) {
    if (error instanceof UnknownKindError) return false;
    throw error;
  }
};

const SERVERS_OWN = [
  'managedFields',
  'resourceVersion',
  'generation',
  'uid',
  'creationTimestamp',
  'selfLink',
];
const MARKS = new Set([APPLICATION_LABEL, PLAN_ANNOTATION, GENERATION_ANNOTATION, TEMPLATE_ANNOTATION]);

/** Without what the API server keeps for itself, and without our marks. */
const comparable = ({ status: _, ...object }: KubeObject): KubeObject => {
  const metadata: Record<string, unknown> = { ...object.metadata };
  for (const field of SERVERS_OWN) delete metadata[field];
  for (const field of ['labels', 'annotations']) {
    const others = Object.entries(metadata[field] ?? {}).filter(([key]) => !MARKS.has(key));
    if (others.length > 0) metadata[field] = Object.fromEntries(others);
    else delete metadata[field];
  }
  return { ...object, metadata } as KubeObject;
};

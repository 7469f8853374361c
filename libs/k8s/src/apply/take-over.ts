import { APPLICATION_LABEL, GENERATION_ANNOTATION, PLAN_ANNOTATION, type KubeObject } from '@keelson/domain';
import { driftOf } from '../drift/drift-of';
import { NormalForms } from '../drift/normal-form';

const escaped = (key: string): string => key.replace(/~/g, '~0').replace(/\//g, '~1');

/** Our own marks: an object that is not ours cannot carry them, so they do not count as a difference. */
const MARK_PATHS = [
  `/metadata/labels/${escaped(APPLICATION_LABEL)}`,
  `/metadata/annotations/${escaped(PLAN_ANNOTATION)}`,
  `/metadata/annotations/${escaped(GENERATION_ANNOTATION)}`,
];
const MARK_MAPS = ['/metadata/labels', '/metadata/annotations'];

/**
 * The JSON Pointers at which a live object differs from what the dry run of our apply would make of it.
 * Only planned fields count; what others set beside them is theirs.
 */
export const differsFromPlan = (wouldBe: KubeObject, live: KubeObject): readonly string[] => {
  const remembered = new NormalForms().remember(wouldBe);
  if (!remembered) return ['/metadata/managedFields'];
  return driftOf(remembered, live)
    .filter((drift) => !MARK_PATHS.includes(drift.path) && !isOnlyMarks(drift.path, drift.from))
    .map((drift) => drift.path);
};

/** A live object without any labels misses the whole map; that is a difference only if the plan has labels of its own. */
const isOnlyMarks = (path: string, from: unknown): boolean =>
  MARK_MAPS.includes(path) &&
  Object.keys(from ?? {}).every((key) => MARK_PATHS.includes(`${path}/${escaped(key)}`));

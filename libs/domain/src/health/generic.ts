import type { KubeObject } from '../kubernetes/objects';
import { conditionOf, describeCondition, explain, trueCondition, type Condition } from './conditions';
import { unobserved } from './generation';
import { current, failed, inProgress, type Health } from './health';

/** Decides before any rule of a kind: deletion, and the conditions with which a controller itself says its state. */
export const assessFirst = (object: KubeObject): Health | undefined => {
  const { deletionTimestamp } = object.metadata;
  if (deletionTimestamp)
    return { status: 'Terminating', message: `is being deleted since ${deletionTimestamp}` };
  if (unobserved(object) !== undefined) return undefined;
  const stalled = trueCondition(object, 'Stalled');
  if (stalled) return failed(explain(stalled));
  const reconciling = trueCondition(object, 'Reconciling');
  return reconciling ? inProgress(explain(reconciling)) : undefined;
};

/** What custom controllers call "it works"; the first that is there decides. */
const READINESS = ['Ready', 'Available', 'Healthy', 'Established'];

/** Kinds without rules of their own. An object that says nothing of itself is plain data: it is there, so it is Current. */
export const assessGeneric = (object: KubeObject): Health => {
  const behind = unobserved(object);
  if (behind !== undefined) return inProgress(behind);
  const failure = trueCondition(object, 'Failed');
  if (failure) return failed(explain(failure));
  const readiness = READINESS.map((type) => conditionOf(object, type)).find(Boolean);
  return readiness ? judge(object, readiness) : current(`the ${object.kind} exists`);
};

const judge = (object: KubeObject, condition: Condition): Health => {
  const { observedGeneration } = condition;
  const { generation } = object.metadata;
  if (observedGeneration !== undefined && generation !== undefined && observedGeneration < generation) {
    return inProgress(`${condition.type} speaks of generation ${observedGeneration}, not ${generation}`);
  }
  return condition.status === 'True'
    ? current(describeCondition(condition))
    : inProgress(describeCondition(condition));
};

import type { KubeObject } from '../kubernetes/objects';
import { listAt, numberAt, stringAt } from '../manifests/json';
import { conditionOf, describeCondition, explain, trueCondition } from './conditions';
import { current, failed, inProgress, unknown, type Health } from './health';

/** Waiting reasons out of which a container hardly comes by itself; the kubelet alternates between some of them. */
const STUCK = new Set([
  'CrashLoopBackOff',
  'ImagePullBackOff',
  'ErrImagePull',
  'ErrImageNeverPull',
  'InvalidImageName',
  'CreateContainerConfigError',
  'CreateContainerError',
  'RunContainerError',
]);

export const assessPod = (pod: KubeObject): Health => {
  const health = judge(pod);
  const ready = health.status === 'Current' ? 1 : 0;
  return { ...health, workload: { desired: 1, updated: 1, ready } };
};

const judge = (pod: KubeObject): Health => {
  const phase = stringAt(pod, 'status', 'phase');
  if (phase === 'Succeeded') return current('the pod has completed');
  if (phase === 'Failed') return failed(`the pod has failed: ${whyFailed(pod)}`);
  if (phase === 'Unknown') return unknown('the node of the pod cannot be reached');
  if (trueCondition(pod, 'Ready') && phase === 'Running') return current('the pod is ready');

  const stuck = stuckContainer(pod);
  if (stuck !== undefined) return failed(stuck);
  const scheduled = conditionOf(pod, 'PodScheduled');
  if (scheduled?.status === 'False') {
    // kstatus calls this Failed after 15 s. There is no clock here, and an autoscaler may be adding a node.
    return inProgress(`the pod cannot be scheduled: ${explain(scheduled)}`);
  }
  if (phase !== 'Running') return inProgress('the pod is starting');
  const readiness = conditionOf(pod, 'Ready');
  return inProgress(readiness ? describeCondition(readiness) : 'the pod is running and not ready');
};

const statusesOf = (pod: KubeObject): readonly unknown[] =>
  ['initContainerStatuses', 'containerStatuses'].flatMap((field) => listAt(pod, 'status', field));

const stuckContainer = (pod: KubeObject): string | undefined => {
  for (const status of statusesOf(pod)) {
    const reason = stringAt(status, 'state', 'waiting', 'reason');
    if (reason === undefined || !STUCK.has(reason)) continue;
    const said = stringAt(status, 'state', 'waiting', 'message');
    return `container ${stringAt(status, 'name')}: ${reason}${said ? `: ${said}` : ''}`;
  }
  return undefined;
};

const whyFailed = (pod: KubeObject): string => {
  const said = [stringAt(pod, 'status', 'reason'), stringAt(pod, 'status', 'message')].filter(Boolean);
  if (said.length > 0) return said.join(': ');
  for (const status of statusesOf(pod)) {
    const code = numberAt(status, 'state', 'terminated', 'exitCode');
    if (code === undefined || code === 0) continue;
    const reason = stringAt(status, 'state', 'terminated', 'reason');
    return `container ${stringAt(status, 'name')} exited with ${code}${reason ? ` (${reason})` : ''}`;
  }
  return 'no reason is given';
};

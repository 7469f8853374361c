import { type KubeObject } from '@keelson/domain';
import { type Condition } from '../conditions';

/** What a kubelet says of a node that is well; the same in every cluster, so one copy for all. */
const WELL: readonly Pick<Condition, 'type' | 'status' | 'reason' | 'message'>[] = [
  {
    type: 'MemoryPressure',
    status: 'False',
    reason: 'KubeletHasSufficientMemory',
    message: 'kubelet has sufficient memory available',
  },
  {
    type: 'DiskPressure',
    status: 'False',
    reason: 'KubeletHasNoDiskPressure',
    message: 'kubelet has no disk pressure',
  },
  {
    type: 'PIDPressure',
    status: 'False',
    reason: 'KubeletHasSufficientPID',
    message: 'kubelet has sufficient PID available',
  },
  { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' },
];

const CAPACITY = { cpu: '64', memory: '256Gi', pods: '1000' };

/** The conditions of a node that is well. */
export const wellConditions = (time: string): readonly Condition[] =>
  WELL.map((condition) => ({ ...condition, lastHeartbeatTime: time, lastTransitionTime: time }));

/** A Node as its kubelet registers it. */
export function nodeObject(name: string, uid: string, time: string): KubeObject {
  const number = Number(/\d+$/.exec(name)?.[0] ?? 0);
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      uid,
      creationTimestamp: time,
      labels: { 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux' },
    },
    spec: {},
    status: {
      capacity: CAPACITY,
      allocatable: CAPACITY,
      conditions: wellConditions(time),
      addresses: [
        { type: 'Hostname', address: name },
        { type: 'InternalIP', address: `10.0.${(number >> 8) & 255}.${number & 255}` },
      ],
    },
  };
}

import { MERGE_PATCH, STRATEGIC_PATCH, type KubeClient } from './kube-client';

/** As a real kubelet: a Lease is good for 40 s and renewed every 10 s. */
const LEASE_SECONDS = 40;
const LEASES = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases';
const CAPACITY = { cpu: '64', memory: '256Gi', 'ephemeral-storage': '500Gi', pods: '500' };

/** Registers a Node that claims to be big and Ready, with its Lease. The namespace of the Leases must exist. */
export async function registerNode(client: KubeClient, name: string, version: string): Promise<void> {
  await client.must('POST', '/api/v1/nodes', {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: { 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'amd64' },
    },
    status: {
      capacity: CAPACITY,
      allocatable: CAPACITY,
      conditions: conditions(),
      addresses: [{ type: 'Hostname', address: name }],
      nodeInfo: {
        architecture: 'amd64',
        bootID: name,
        containerRuntimeVersion: 'fake://1.0',
        kernelVersion: '6.1',
        kubeProxyVersion: version,
        kubeletVersion: version,
        machineID: name,
        operatingSystem: 'linux',
        osImage: 'fake',
        systemUUID: name,
      },
    },
  });
  await client.must('POST', LEASES, {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name },
    spec: { holderIdentity: name, leaseDurationSeconds: LEASE_SECONDS, renewTime: renewTime() },
  });
}

/** What a kubelet says every ten seconds: its Lease and its Ready condition. */
export async function renewNode(client: KubeClient, name: string): Promise<void> {
  await client.must('PATCH', `${LEASES}/${name}`, { spec: { renewTime: renewTime() } }, MERGE_PATCH);
  const status = { conditions: conditions() };
  await client.must('PATCH', `/api/v1/nodes/${name}/status`, { status }, STRATEGIC_PATCH);
}

/** Without lastTransitionTime: a strategic merge keeps the one that is there. */
const conditions = (): object[] => [
  condition('MemoryPressure', 'False', 'KubeletHasSufficientMemory'),
  condition('DiskPressure', 'False', 'KubeletHasNoDiskPressure'),
  condition('PIDPressure', 'False', 'KubeletHasSufficientPID'),
  condition('Ready', 'True', 'KubeletReady'),
];

const condition = (type: string, status: string, reason: string): object => ({
  type,
  status,
  reason,
  message: 'fake kubelet',
  lastHeartbeatTime: new Date().toISOString(),
});

/** MicroTime: six digits after the point, where JavaScript has three. */
const renewTime = (): string => new Date().toISOString().replace('Z', '000Z');

import { type KubeObject } from '@keelson/domain';
import { SimulatedCluster } from '../simulated-cluster';
import { DEFAULT_TIMINGS, type SimulatorTimings } from '../timings';
import { VirtualClock } from './virtual-clock';

/** A cluster without a server, in virtual time, the same in every run. */
export function virtualCluster(
  nodes = 3,
  timings: Partial<SimulatorTimings> = {},
): { cluster: SimulatedCluster; clock: VirtualClock } {
  const clock = new VirtualClock(Date.parse('2024-01-01T00:00:00Z'));
  const cluster = new SimulatedCluster({
    name: 'virtual',
    timings: { ...DEFAULT_TIMINGS, ...timings },
    clock,
    seed: 'test',
    nodes,
  });
  clock.advance(0);
  return { cluster, clock };
}

/** A workload of one container, for the kinds that take a pod template. */
export const workload = (
  kind: string,
  name: string,
  spec: object,
  image = 'registry.example/app:1',
): KubeObject => ({
  apiVersion: kind === 'Job' ? 'batch/v1' : 'apps/v1',
  kind,
  metadata: { name, namespace: 'default' },
  spec: {
    ...(kind === 'Job' ? {} : { selector: { matchLabels: { app: name } } }),
    template: {
      metadata: { labels: { app: name } },
      spec: {
        containers: [{ name: 'main', image }],
        terminationGracePeriodSeconds: 0,
        ...(kind === 'Job' ? { restartPolicy: 'Never' } : {}),
      },
    },
    ...spec,
  },
});

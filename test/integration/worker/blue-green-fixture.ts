import { DEFAULT_STRATEGY, type BlueGreen, type KubeObject, type Strategy } from '@keelson/domain';
import { until } from '../../support/until';
import { deployment, startFleet, type Fleet } from './fleet-harness';

/** A machine that many share has taken 25 s for a run of 3 s. */
const PATIENCE_MS = 60_000;

export const service = (name = 'web', port = 80): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'shop' },
  spec: { selector: { app: 'web' }, ports: [{ port, targetPort: 8080 }] },
});

/** A Service, its Deployment and a ConfigMap that is called after the version, as generators call them. */
export const manifests = (version: string, replicas = 4, extra: readonly KubeObject[] = []): KubeObject[] => [
  service(),
  deployment(`shop:${version}`, replicas),
  {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: `settings-${version}`, namespace: 'shop' },
    data: {},
  },
  ...extra,
];

/** Another workload of the application, which no Service selects. */
export const worker = (image: string): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'worker', namespace: 'shop' },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: 'worker' } },
    template: { metadata: { labels: { app: 'worker' } }, spec: { containers: [{ name: 'main', image }] } },
  },
});

export const plain = (change: Partial<Strategy> = {}): Strategy => ({ ...DEFAULT_STRATEGY, ...change });

export const blueGreen = (change: Partial<Strategy> = {}, how: Partial<BlueGreen> = {}): Strategy =>
  plain({ blueGreen: { service: 'web', scaleDownDelay: '1h', ...how }, ...change });

/** One simulated cluster with an application that is looked at from outside, and counts what its Service has to offer. */
export const startBlueGreen = async () => {
  const fleet = await startFleet(['eu-1']);
  await fleet.register('eu-1');
  await fleet.define('shop', { objects: manifests('1') });
  return { fleet, ...lookInto(fleet) };
};

const lookInto = (fleet: Fleet) => {
  const cluster = () => fleet.simulator.cluster('eu-1');
  const get = (kind: string, name: string) =>
    cluster().get({ apiVersion: kind === 'Deployment' ? 'apps/v1' : 'v1', kind, namespace: 'shop', name });
  const pods = () =>
    cluster()
      .list('v1', 'Pod', 'shop')
      .filter(({ metadata }) => !metadata.deletionTimestamp);
  const imageOf = (pod: KubeObject): string => (pod['spec'] as any).containers[0].image as string;
  const isReady = (pod: KubeObject): boolean =>
    ((pod['status'] as any)?.conditions ?? []).some(
      (each: any) => each.type === 'Ready' && each.status === 'True',
    );
  const selected = (name: string): KubeObject[] => {
    const selector = (get('Service', name)?.['spec'] as any)?.selector as Record<string, string> | undefined;
    if (!selector) return [];
    return pods().filter(({ metadata }) =>
      Object.entries(selector).every(([key, value]) => metadata.labels?.[key] === value),
    );
  };
  const count = (images: readonly string[]): Record<string, number> => {
    const counts: Record<string, number> = {};
    for (const image of [...images].sort()) counts[image] = (counts[image] ?? 0) + 1;
    return counts;
  };
  const served = (name = 'web'): Record<string, number> => count(selected(name).filter(isReady).map(imageOf));
  const phaseOf = async (run: string): Promise<string | undefined> =>
    (await fleet.pool.query('select phase from read.runs where id = $1', [run])).rows[0]?.phase;
  return {
    get,
    /** Ready pods behind a Service, by image. */
    served,
    /** Whatever runs, ready or not, by image. */
    running: () => count(pods().map(imageOf)),
    deployments: () =>
      cluster()
        .list('apps/v1', 'Deployment', 'shop')
        .map(({ metadata }) => metadata.name)
        .sort(),
    uids: () => new Set(pods().map(({ metadata }) => metadata.uid)),
    phaseOf,
    phase: (run: string, wanted: string) =>
      until(`${run} is ${wanted}`, async () => (await phaseOf(run)) === wanted, PATIENCE_MS),
    reached: (run: string, batch = 0) =>
      until(
        `${run} reaches batch ${batch}`,
        async () =>
          (await fleet.store.log.read({ run, type: 'BatchReached' })).some(
            ({ data }) => (data as { batch: number }).batch === batch,
          ),
        PATIENCE_MS,
      ),
    /** Pods as the target's health has them. */
    counts: async (): Promise<unknown> => {
      const { rows } = await fleet.pool.query(`select health -> 'workload' as workload from read.targets`);
      return rows[0]?.workload;
    },
    /** Somebody scales a Deployment past Keelson. */
    kubectlScale: (name: string, replicas: number) =>
      cluster().edit({ apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name }, (object) => {
        (object['spec'] as any).replicas = replicas;
      }),
    events: (type: string) => fleet.store.log.read({ application: 'shop', type }),
    /** The fewest Ready pods that the Service had at any write in the cluster while `act` went on. */
    fewestServed: async (act: () => Promise<unknown>): Promise<number> => {
      const total = () => Object.values(served()).reduce((sum, each) => sum + each, 0);
      let fewest = total();
      const looking = setInterval(() => (fewest = Math.min(fewest, total())), 1);
      try {
        await act();
      } finally {
        clearInterval(looking);
      }
      return Math.min(fewest, total());
    },
  };
};

export type BlueGreenFleet = Awaited<ReturnType<typeof startBlueGreen>>;

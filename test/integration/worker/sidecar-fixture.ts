import { DEFAULT_STRATEGY, type KubeObject, type Strategy } from '@keelson/domain';
import { until } from '../../support/until';
import { deployment, type Fleet } from './fleet-harness';

/** An application's workload has its own name and labels, as all live in one namespace. */
export const workload = (application: string, image: string): KubeObject => {
  const text = JSON.stringify(deployment(image, 4)).replaceAll('"web"', `"${application}"`);
  return JSON.parse(text) as KubeObject;
};

export interface PodSeen {
  readonly uid: string;
  readonly images: Readonly<Record<string, string>>;
  readonly restarts: Readonly<Record<string, number>>;
}

export const podsIn = (fleet: Fleet, cluster: string, application: string): PodSeen[] =>
  fleet.simulator
    .cluster(cluster)
    .list('v1', 'Pod', 'shop', `app=${application}`)
    .filter(({ metadata }) => !metadata.deletionTimestamp)
    .map((pod: any) => ({
      uid: pod.metadata.uid,
      images: Object.fromEntries(pod.spec.containers.map(({ name, image }: any) => [name, image])),
      restarts: Object.fromEntries(
        (pod.status?.containerStatuses ?? []).map(({ name, restartCount }: any) => [name, restartCount]),
      ),
    }));

export const count = (pods: readonly PodSeen[], container: string, image: string): number =>
  pods.filter(({ images }) => images[container] === image).length;

export const releaseImage = async (
  fleet: Fleet,
  application: string,
  image: string,
  strategy: Partial<Strategy> = {},
): Promise<string> => {
  const version = image.split(':')[1] ?? '';
  const objects = [workload(application, image)];
  const { value } = await fleet.release(application, version, objects, { ...DEFAULT_STRATEGY, ...strategy });
  return value!;
};

export const runPhase = async (fleet: Fleet, run: string): Promise<string | undefined> =>
  (await fleet.pool.query('select phase from read.runs where id = $1', [run])).rows[0]?.phase;

export const reachesPhase = (fleet: Fleet, run: string, wanted: string): Promise<unknown> =>
  until(`${run} is ${wanted}`, async () => (await runPhase(fleet, run)) === wanted);

/** In so many clusters. */
export const reachesBatch = (fleet: Fleet, run: string, batch: number, clusters: number): Promise<unknown> =>
  until(`${run} reaches batch ${batch}`, async () => {
    const events = await fleet.store.log.read({ run, type: 'BatchReached' });
    return events.filter(({ data }) => (data as { batch: number }).batch === batch).length >= clusters;
  });

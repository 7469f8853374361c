import type { KubeObject } from '@keelson/domain';
import type { Fleet } from '../fleet-harness';

/** One state of a pod. */
interface Moment {
  readonly pod: string;
  readonly image: string;
  /** Ready pods of all, from that moment on. */
  readonly ready: number;
}

/** Sees every state that the pods of a simulated cluster pass through, not only those that a look would find. */
export const watchPods = ({ simulator }: Fleet, cluster: string, container: string) => {
  const simulated = simulator.cluster(cluster);
  const current = new Map(simulated.pods().map((pod) => [pod.metadata.name, pod]));
  const moments: Moment[] = [];
  simulated.state.store.onChange(({ kind, type, object }) => {
    if (type.kind !== 'Pod') return;
    const { name } = object.metadata;
    if (kind === 'DELETED') current.delete(name);
    else current.set(name, object);
    const ready = [...current.values()].filter(isReady).length;
    moments.push({ pod: name, image: imageOf(object, container), ready });
  });
  return {
    moments: moments as readonly Moment[],
    images: () => [...current.values()].map((pod) => imageOf(pod, container)).sort(),
    leastReady: () => Math.min(...moments.map(({ ready }) => ready)),
    /** Moments in which a pod went to an image that comes before the one it had. */
    stepsBack: () =>
      moments.filter(({ pod, image }, index) =>
        moments.slice(0, index).some((before) => before.pod === pod && before.image > image),
      ),
  };
};

export type PodWitness = ReturnType<typeof watchPods>;

const isReady = ({ status }: any): boolean =>
  status?.conditions?.some(({ type, status: is }: any) => type === 'Ready' && is === 'True') ?? false;

const imageOf = ({ spec }: KubeObject, container: string): string =>
  (spec as any).containers.find(({ name }: any) => name === container)?.image ?? '';

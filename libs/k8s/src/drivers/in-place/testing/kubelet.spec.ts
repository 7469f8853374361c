import type { KubeObject } from '@keelson/domain';
import { imagesOf } from '../template';
import type { ModelStore } from './store.spec';

/** An image that is in no registry. */
export const MISSING = 'log:missing';

interface Container {
  id: string;
  image: string;
  running: boolean;
  restarts: number;
}

/**
 * Kubelets in small: what runs, and apart from it what the API server has been told of it. Each pod is looked at when its
 * turn comes, so that a status may be any time behind.
 */
export class ModelKubelet {
  private readonly pods = new Map<string, Map<string, Container>>();
  private ids = 0;

  constructor(private readonly store: ModelStore) {}

  /** Stops what has another image by now, or else starts what does not run. */
  act(pod: KubeObject): void {
    const containers = this.containersOf(pod);
    const images = [...imagesOf(pod)];
    const outdated = images.filter(([name, image]) => isOther(containers.get(name), image));
    for (const [name, image] of outdated) {
      const container = containers.get(name);
      if (container) containers.set(name, { ...container, image, running: false });
    }
    if (outdated.length > 0) return;
    for (const [name, image] of images) {
      const before = containers.get(name);
      if (before?.running || image === MISSING) continue;
      const id = `runtime://${(this.ids += 1)}`;
      containers.set(name, { id, image, running: true, restarts: before ? before.restarts + 1 : 0 });
    }
  }

  /** Tells the API server what is the case now. */
  report(pod: KubeObject): void {
    const containers = this.containersOf(pod);
    const containerStatuses = [...imagesOf(pod).keys()].map((name) => statusOf(name, containers.get(name)));
    const status = this.runs(pod) ? 'True' : 'False';
    this.store.setStatus(pod, {
      phase: 'Running',
      conditions: [{ type: 'Ready', status }],
      containerStatuses,
    });
  }

  /** Whether all containers run, whatever the status says. */
  runs(pod: KubeObject): boolean {
    const containers = this.containersOf(pod);
    return [...imagesOf(pod).keys()].every((name) => containers.get(name)?.running);
  }

  restarts(pod: KubeObject, container: string): number {
    return this.containersOf(pod).get(container)?.restarts ?? 0;
  }

  private containersOf({ metadata: { uid = '' } }: KubeObject): Map<string, Container> {
    const containers = this.pods.get(uid) ?? new Map<string, Container>();
    this.pods.set(uid, containers);
    return containers;
  }
}

const isOther = (container: Container | undefined, image: string): boolean =>
  container !== undefined && container.image !== image;

const statusOf = (name: string, container: Container | undefined) => ({
  name,
  // The runtime's name for it, which is not the one in the spec.
  image: `docker.io/library/${container?.image}`,
  ...(container ? { containerID: container.id } : {}),
  ready: container?.running === true,
  restartCount: container?.restarts ?? 0,
  state: container?.running
    ? { running: {} }
    : { waiting: { reason: container?.image === MISSING ? 'ImagePullBackOff' : 'ContainerCreating' } },
});

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  createScratchFolder,
  findBinaries,
  startControlPlane,
  startEtcd,
  type ControllerLimits,
  type ControlPlane,
  type Etcd,
} from '../control-plane';

export interface OwnFleet {
  /** One kubeconfig file for each cluster. */
  readonly kubeconfigs: readonly string[];
  stop(): Promise<void>;
}

/** Starts control planes that share one etcd. Leaves nothing behind when one fails to start. */
export async function startOwnFleet(clusters: number, controllerLimits: ControllerLimits): Promise<OwnFleet> {
  const binaries = findBinaries();
  const scratch = createScratchFolder();
  let etcd: Etcd | undefined;
  const planes: ControlPlane[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(planes.map((plane) => plane.stop()));
    await etcd?.stop();
    scratch.remove();
  };
  try {
    const shared = (etcd = await startEtcd(binaries.etcd, scratch.path));
    const starts = await Promise.allSettled(
      Array.from({ length: clusters }, (_, index) =>
        startControlPlane({
          name: `real-${index + 1}`,
          binaries,
          etcd: shared,
          folder: scratch.path,
          controllerLimits,
        }),
      ),
    );
    planes.push(...starts.flatMap((start) => (start.status === 'fulfilled' ? [start.value] : [])));
    const failed = starts.find((start) => start.status === 'rejected');
    if (failed) throw failed.reason;
    const kubeconfigs = planes.map(({ name }) => join(scratch.path, `${name}.kubeconfig`));
    await Promise.all(
      planes.map((plane, index) => writeFile(kubeconfigs[index] ?? '', plane.kubeconfig, { mode: 0o600 })),
    );
    return { kubeconfigs, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  createScratchFolder,
  findBinaries,
  startControlPlane,
  startEtcd,
  type ControlPlane,
  type Etcd,
} from '../control-plane';

/** As many as any suite asks for; each costs about 350 MB. */
const FOR_THE_SUITE = 2;

export interface OwnFleet {
  /** One kubeconfig file for each cluster. */
  readonly kubeconfigs: readonly string[];
  stop(): Promise<void>;
}

/** Starts control planes that share one etcd. Leaves nothing behind when one fails to start. */
export async function startOwnFleet(clusters = FOR_THE_SUITE): Promise<OwnFleet> {
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
        startControlPlane({ name: `real-${index + 1}`, binaries, etcd: shared, folder: scratch.path }),
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

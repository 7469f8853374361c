import { join } from 'node:path';
import { onFreePorts } from './free-port';
import { startGuarded, type GuardedProcess } from './guarded-process';
import { until } from './until';

/** One etcd serves every control plane of a run; each keeps to a prefix of its own. */
export interface Etcd {
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts etcd with its data in `folder`. Throws with the end of its log when it does not get ready. */
export const startEtcd = (binary: string, folder: string): Promise<Etcd> =>
  onFreePorts(2, async ([clients, peers]) => {
    const url = `http://127.0.0.1:${clients}`;
    const peerUrl = `http://127.0.0.1:${peers}`;
    const flags = [
      '--name=test',
      `--data-dir=${join(folder, `etcd-${clients}`)}`,
      `--listen-client-urls=${url}`,
      `--advertise-client-urls=${url}`,
      `--listen-peer-urls=${peerUrl}`,
      `--initial-advertise-peer-urls=${peerUrl}`,
      `--initial-cluster=test=${peerUrl}`,
      '--logger=zap',
      '--log-level=warn',
    ];
    const etcd = startGuarded(binary, flags, join(folder, 'etcd.log'));
    await ready(etcd, url);
    return { url, stop: () => etcd.stop() };
  });

async function ready(etcd: GuardedProcess, url: string): Promise<void> {
  const healthy = async (): Promise<true | undefined> => {
    etcd.assertRunning();
    const answer = await fetch(`${url}/health`).catch(() => undefined);
    await answer?.body?.cancel();
    return answer?.ok || undefined;
  };
  try {
    await until('etcd healthy', healthy, {}, etcd.tail);
  } catch (error) {
    await etcd.stop();
    throw error;
  }
}

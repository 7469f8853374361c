import { readFile } from 'node:fs/promises';
import { parseConnection } from '@keelson/k8s';
import { Simulator } from '../simulator/simulator';
import type { Access } from './access';

/** Clusters to measure on, and what they are: real API servers where there are any. */
export interface FoundClusters {
  readonly kind: 'real API servers' | 'simulated clusters';
  readonly clusters: readonly Access[];
  stop(): Promise<void>;
}

/** The first `count` of KEELSON_TEST_KUBECONFIGS (paths, colon-separated), else simulated ones. */
export const findClusters = async (count: number): Promise<FoundClusters> => {
  const paths = (process.env['KEELSON_TEST_KUBECONFIGS'] ?? '').split(':').filter(Boolean);
  if (paths.length === 0) {
    const simulator = await Simulator.start(count);
    return {
      kind: 'simulated clusters',
      clusters: simulator.clusters,
      stop: () => simulator.stop(),
    };
  }
  if (paths.length < count)
    throw new Error(`${count} clusters wanted, KEELSON_TEST_KUBECONFIGS names ${paths.length}`);
  const clusters = await Promise.all(paths.slice(0, count).map(accessOf));
  return { kind: 'real API servers', clusters, stop: () => Promise.resolve() };
};

const accessOf = async (path: string, index: number): Promise<Access> => {
  const kubeconfig = await readFile(path, 'utf8');
  const parsed = parseConnection({ kubeconfig });
  if (!parsed.ok) throw new Error(`${path}: ${parsed.errors.map(({ message }) => message).join('; ')}`);
  const { server, token, caData } = parsed.connection;
  if (!token) throw new Error(`${path}: the benchmark needs a token`);
  return { name: `real-${index + 1}`, server, token, kubeconfig, ...(caData ? { caData } : {}) };
};

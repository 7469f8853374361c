import { type AddressInfo } from 'node:net';
import { type Clock, SYSTEM_CLOCK } from './clock';
import { Connections } from './http/connections';
import { createHttpServer } from './http/server';
import { kubeconfigFor } from './kubeconfig';
import { SimulatedCluster } from './simulated-cluster';
import { HistoryBudget } from './store/history-budget';
import { DEFAULT_TIMINGS, type SimulatorTimings } from './timings';

export interface SimulatorOptions {
  /** Names, or how many (`sim-1` … `sim-N`). */
  readonly clusters: readonly string[] | number;
  /** 0 takes a free one. */
  readonly port?: number;
  readonly host?: string;
  readonly timings?: Partial<SimulatorTimings>;
  /** Makes uids and generated names the same in every run. */
  readonly seed?: string;
  /** Ready nodes of each cluster; 3 unless told. */
  readonly nodes?: number;
  readonly clock?: Clock;
  /**
   * Whether `/scale` moves the ownership of the count to its writer, as since Kubernetes 1.22; not unless told,
   * because the older way is the one that bites: who gives up a count that it once applied takes it away.
   */
  readonly tracksScale?: boolean;
}

export interface Simulator {
  /** `http://127.0.0.1:PORT`; a cluster is at `/clusters/NAME` below it. */
  readonly url: string;
  readonly names: readonly string[];
  /** @throws when there is no such cluster */
  cluster(name: string): SimulatedCluster;
  addCluster(name: string): SimulatedCluster;
  /** A kubeconfig with the cluster's URL and token, as YAML. */
  kubeconfig(name: string): string;
  close(): Promise<void>;
}

/** Serves simulated clusters from one process until `close`. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const {
    port = 0,
    host = '127.0.0.1',
    seed,
    nodes = 3,
    clock = SYSTEM_CLOCK,
    tracksScale = false,
  } = options;
  const timings = { ...DEFAULT_TIMINGS, ...options.timings };
  const clusters = new Map<string, SimulatedCluster>();
  const connections = new Connections();
  const history = new HistoryBudget(timings.historyTotal);

  const addCluster = (name: string): SimulatedCluster => {
    if (clusters.has(name)) throw new Error(`there is a simulated cluster ${name} already`);
    const cluster = new SimulatedCluster({ name, timings, clock, seed, nodes, tracksScale, history });
    clusters.set(name, cluster);
    return cluster;
  };
  for (const name of namesOf(options.clusters)) addCluster(name);

  const server = createHttpServer((name) => {
    if (name === '*') return [...clusters.values()];
    const found = clusters.get(name);
    return found ? [found] : [];
  }, connections);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${(server.address() as AddressInfo).port}`;

  const cluster = (name: string): SimulatedCluster => {
    const found = clusters.get(name);
    if (!found) throw new Error(`there is no simulated cluster ${name}`);
    return found;
  };
  return {
    url,
    get names() {
      return [...clusters.keys()];
    },
    cluster,
    addCluster,
    kubeconfig: (name) => kubeconfigFor(name, `${url}/clusters/${name}`, cluster(name).token),
    close: () => {
      for (const each of clusters.values()) each.close();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      connections.destroy();
      return closed;
    },
  };
}

const namesOf = (clusters: readonly string[] | number): readonly string[] =>
  typeof clusters === 'number'
    ? Array.from({ length: clusters }, (_, index) => `sim-${index + 1}`)
    : clusters;

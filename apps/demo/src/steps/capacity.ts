import { setTimeout as delay } from 'node:timers/promises';
import type { LiveCluster } from '../live-cluster';

export interface CapacityWatch {
  /** The fewest Ready pods of the image that any look found in any of the clusters. */
  readonly least: number;
  readonly looks: number;
  stop(): Promise<void>;
}

const LOOK_EVERY_MS = 50;

/** Counts Ready pods of one image again and again until it is stopped. */
export const watchCapacity = (clusters: readonly LiveCluster[], image: string): CapacityWatch => {
  const stop = new AbortController();
  const watch = { least: Infinity, looks: 0 };
  const looking = (async () => {
    while (!stop.signal.aborted) {
      const ready = await Promise.all(clusters.map((cluster) => cluster.readyPods(image)));
      watch.least = Math.min(watch.least, ...ready);
      watch.looks += 1;
      await delay(LOOK_EVERY_MS, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  })();
  return Object.assign(watch, {
    stop: async () => {
      stop.abort();
      await looking;
    },
  });
};

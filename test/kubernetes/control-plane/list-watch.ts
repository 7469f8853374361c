import { setTimeout as sleep } from 'node:timers/promises';
import { KubeRefusal, type KubeClient } from './kube-client';

interface Listed {
  readonly metadata: { readonly uid: string; readonly resourceVersion: string };
}

export interface ListWatch<T> {
  /** What the server has, by uid. */
  readonly items: ReadonlyMap<string, T>;
  /** Puts in an answer of our own write, before the watch brings it. */
  accept(object: T): void;
  stop(): Promise<void>;
}

const RETRY_AFTER = 300;

/**
 * Lists a collection, then follows it, for ever: a watch that ends is taken up again from the last version seen,
 * one that cannot be (410, a network error) starts over with a list. `onChange` hears every new state of an
 * object that exists; one that is gone simply leaves `items`.
 */
export function listWatch<T extends Listed>(
  client: KubeClient,
  path: string,
  onChange: (object: T) => void,
): ListWatch<T> {
  const items = new Map<string, T>();
  const stopped = new AbortController();

  const accept = (object: T): void => {
    const held = items.get(object.metadata.uid);
    if (held && versionOf(held) >= versionOf(object)) return;
    items.set(object.metadata.uid, object);
    onChange(object);
  };

  const list = async (): Promise<string> => {
    const { items: listed, metadata } = await client.must('GET', path);
    const present = new Set((listed as T[]).map((object) => object.metadata.uid));
    for (const uid of items.keys()) if (!present.has(uid)) items.delete(uid);
    for (const object of listed as T[]) accept(object);
    return String(metadata.resourceVersion);
  };

  const follow = async (from: string): Promise<string> => {
    let version = from;
    const query = `watch=1&allowWatchBookmarks=true&timeoutSeconds=300&resourceVersion=${version}`;
    for await (const { type, object } of client.watch(`${path}?${query}`, stopped.signal)) {
      if (type === 'ERROR') throw new Error(`watch ${path}: ${object.message}`);
      version = object.metadata.resourceVersion;
      if (type === 'DELETED') items.delete(object.metadata.uid as string);
      else if (type !== 'BOOKMARK') accept(object as T);
    }
    return version;
  };

  const run = async (): Promise<void> => {
    let version: string | undefined;
    while (!stopped.signal.aborted) {
      try {
        version ??= await list();
        version = await follow(version);
      } catch (error) {
        if (stopped.signal.aborted) return;
        version = undefined;
        const gone = error instanceof KubeRefusal && error.status === 410;
        if (!gone) await sleep(RETRY_AFTER, undefined, { signal: stopped.signal }).catch(() => undefined);
      }
    }
  };

  const running = run();
  return {
    items,
    accept,
    async stop() {
      stopped.abort();
      await running;
    },
  };
}

/** Opaque by the API's promise, but a growing number on every server with etcd behind it. */
const versionOf = (object: Listed): number => Number(object.metadata.resourceVersion);

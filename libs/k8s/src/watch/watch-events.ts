import type { KubeObject } from '@keelson/domain';
import { apiErrorFromStatus } from '../client/answer';
import type { ClusterClient, Query } from '../client/cluster-client';
import { NetworkError } from '../client/errors';
import { LineSplitter } from './line-splitter';

export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  readonly object: KubeObject;
}

export interface WatchTiming {
  /** No byte for so long: the connection is dead, whatever TCP thinks. */
  readonly livenessMs: number;
  readonly signal: AbortSignal;
  /** Called when the server has answered 2xx. */
  readonly onOpen: () => void;
}

const TYPES: ReadonlySet<unknown> = new Set(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK']);

/**
 * One watch request, to its end. Ends normally when the server closes it (it does after `timeoutSeconds`).
 * @throws ApiError for a refusal and for an ERROR event inside the stream (410: list again);
 *   NetworkError when it is cut, silent for too long, or sends what cannot be read
 */
export async function* watchEvents(
  client: Pick<ClusterClient, 'stream'>,
  path: string,
  query: Query,
  timing: WatchTiming,
): AsyncGenerator<WatchEvent> {
  const controller = new AbortController();
  const abort = () => controller.abort(timing.signal.reason);
  timing.signal.throwIfAborted();
  timing.signal.addEventListener('abort', abort, { once: true });
  let chunksHeard = 0;
  const silence = setTimeout(() => {
    const before = chunksHeard;
    // A process that stood still for that long finds its timers due before it reads what has come meanwhile.
    setImmediate(() => {
      if (chunksHeard === before)
        controller.abort(new NetworkError('timeout', `the watch was silent for ${timing.livenessMs} ms`));
    });
  }, timing.livenessMs);
  const lines = new LineSplitter();
  try {
    const chunks = await client.stream(path, { ...query, watch: true }, controller.signal);
    timing.onOpen();
    for await (const chunk of chunks) {
      chunksHeard += 1;
      silence.refresh();
      for (const line of lines.push(chunk)) {
        const event = parse(line);
        if (event) yield event;
      }
    }
  } finally {
    clearTimeout(silence);
    timing.signal.removeEventListener('abort', abort);
    controller.abort(new NetworkError('other', 'the watch has ended'));
  }
}

/** Undefined for a type of event that we do not know. */
const parse = (line: string): WatchEvent | undefined => {
  let event: { readonly type?: unknown; readonly object?: unknown };
  try {
    event = JSON.parse(line) as typeof event;
  } catch (error) {
    throw new NetworkError('other', `a line of the watch is not JSON: ${line.slice(0, 100)}`, error);
  }
  if (event.type === 'ERROR') throw apiErrorFromStatus(event.object ?? {});
  if (!TYPES.has(event.type)) return undefined;
  if (!hasMetadata(event.object)) {
    throw new NetworkError('other', `an event of the watch has no object: ${line.slice(0, 100)}`);
  }
  return event as WatchEvent;
};

const hasMetadata = (object: unknown): boolean =>
  typeof object === 'object' &&
  object !== null &&
  'metadata' in object &&
  typeof object.metadata === 'object' &&
  object.metadata !== null;

import { type KubeObject } from '@keelson/domain';
import { ApiError, badRequest, expired } from './api-error';
import { type ClusterState } from './cluster-state';
import { type ResourceType, typeKey } from './resource-type';
import { EVERYTHING, type Matcher } from './selectors';

export interface ListOptions {
  readonly namespace?: string | undefined;
  readonly matches: Matcher;
  readonly limit: number;
  readonly continueToken: string | undefined;
  readonly resourceVersion: string | undefined;
}

export interface ListPage {
  readonly items: readonly KubeObject[];
  readonly resourceVersion: string;
  readonly continueToken?: string;
  readonly remainingItemCount?: number;
}

interface Snapshot {
  readonly revision: number;
  readonly items: readonly KubeObject[];
}

interface Token {
  readonly v: 'meta.k8s.io/v1';
  readonly rv: number;
  readonly start: number;
  readonly of: string;
}

/**
 * Lists with `limit` and `continue`. Every page shows the state of the first one: a snapshot is only a list
 * of references, so the last few are kept; an older token is expired, as after etcd's compaction.
 */
export class Lister {
  private readonly snapshots = new Map<string, Snapshot>();

  constructor(
    private readonly state: ClusterState,
    private readonly keptSnapshots = 64,
  ) {}

  list(type: ResourceType, options: ListOptions): ListPage {
    const of = `${typeKey(type)} ${options.namespace ?? ''}`;
    const token = options.continueToken ? decode(options.continueToken) : undefined;
    const { revision, items } = token ? this.recall(of, token) : this.current(type, options);
    const start = token?.start ?? 0;
    const matching = options.matches === EVERYTHING ? items : items.filter(options.matches);
    const end = options.limit > 0 ? start + options.limit : matching.length;
    const page = { items: matching.slice(start, end), resourceVersion: String(revision) };
    if (end >= matching.length) return page;
    this.keep(`${of} ${revision}`, { revision, items });
    return {
      ...page,
      continueToken: encode({ v: 'meta.k8s.io/v1', rv: revision, start: end, of }),
      ...(options.matches === EVERYTHING ? { remainingItemCount: matching.length - end } : {}),
    };
  }

  /** Forgets every snapshot: open continue tokens are expired from now on. */
  compact(): void {
    this.snapshots.clear();
  }

  private current(type: ResourceType, { namespace, resourceVersion }: ListOptions): Snapshot {
    const { store } = this.state;
    if (resourceVersion && Number(resourceVersion) > store.resourceVersion) {
      throw new ApiError(
        504,
        'Timeout',
        `Too large resource version: ${resourceVersion}, current: ${store.resourceVersion}`,
        {
          causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
          retryAfterSeconds: 1,
        },
      );
    }
    return { revision: store.resourceVersion, items: store.list(type, namespace) };
  }

  private recall(of: string, token: Token): Snapshot {
    const found = this.snapshots.get(`${of} ${token.rv}`);
    if (!found) {
      throw expired(
        'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter.',
      );
    }
    return found;
  }

  private keep(key: string, snapshot: Snapshot): void {
    this.snapshots.delete(key);
    this.snapshots.set(key, snapshot);
    const [oldest] = this.snapshots.keys();
    if (this.snapshots.size > this.keptSnapshots && oldest !== undefined) this.snapshots.delete(oldest);
  }
}

const encode = (token: Token): string => Buffer.from(JSON.stringify(token)).toString('base64url');

function decode(text: string): Token {
  try {
    const token = JSON.parse(Buffer.from(text, 'base64url').toString()) as Partial<Token>;
    if (typeof token.rv === 'number' && typeof token.start === 'number') return token as Token;
  } catch {
    // Falls through to the refusal below: whatever does not parse is not ours.
  }
  throw badRequest('continue key is not valid');
}

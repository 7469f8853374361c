import { ApiError, ClusterClient, type ClusterConnection } from '@keelson/k8s';
import { linesOf } from './harness/lines';
import { APPLICATION } from './shop';
import { NotSeenError } from './until';

export interface LiveObject {
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
}

export interface LiveConfigMap extends LiveObject {
  readonly data?: Readonly<Record<string, string>>;
}

export interface LivePod extends LiveObject {
  readonly spec: { readonly containers: readonly { readonly name: string; readonly image: string }[] };
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

export interface LiveDeployment extends LiveObject {
  readonly spec: {
    readonly replicas: number;
    readonly template: { readonly spec: { readonly containers: readonly { readonly image: string }[] } };
  };
  readonly status?: {
    readonly updatedReplicas?: number;
    readonly readyReplicas?: number;
    readonly replicas?: number;
  };
}

const NAMESPACE = `/api/v1/namespaces/${APPLICATION}`;
const WORKLOADS = `/apis/apps/v1/namespaces/${APPLICATION}`;

/** A cluster as its own API server shows it, without Keelson in between: the witness of what the demo claims. */
export class LiveCluster {
  private readonly client: ClusterClient;

  constructor(
    readonly name: string,
    connection: ClusterConnection,
  ) {
    this.client = new ClusterClient(connection);
  }

  configMap(name: string): Promise<LiveConfigMap | undefined> {
    return this.find<LiveConfigMap>(`${NAMESPACE}/configmaps/${name}`);
  }

  deployment(): Promise<LiveDeployment | undefined> {
    return this.find<LiveDeployment>(`${WORKLOADS}/deployments/${APPLICATION}`);
  }

  async pods(): Promise<readonly LivePod[]> {
    const list = await this.client.request<{ items: readonly LivePod[] }>('GET', `${NAMESPACE}/pods`);
    return list.items;
  }

  /** How many pods of one image take traffic. */
  async readyPods(image: string): Promise<number> {
    const pods = await this.pods();
    return pods.filter(({ spec, status }) => {
      const ready = status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True');
      return ready && spec.containers[0]?.image === image;
    }).length;
  }

  /** Creates a ConfigMap as somebody else would. */
  async createConfigMap(name: string, manager: string): Promise<void> {
    await this.client.request('POST', `${NAMESPACE}/configmaps`, {
      query: { fieldManager: manager },
      body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { made: 'by hand' } },
    });
  }

  /** `kubectl edit`, by another field manager. Answers the object as it was stored. */
  editConfigMap(
    name: string,
    data: Readonly<Record<string, string>>,
    manager: string,
  ): Promise<LiveConfigMap> {
    return this.patch(`${NAMESPACE}/configmaps/${name}`, { data }, manager);
  }

  /** `kubectl scale`, by another field manager. */
  scaleDeployment(replicas: number, manager: string): Promise<LiveDeployment> {
    return this.patch(`${WORKLOADS}/deployments/${APPLICATION}`, { spec: { replicas } }, manager);
  }

  /** Milliseconds until the ConfigMap is as described, told by the API server's own watch. */
  watchConfigMap(
    from: LiveConfigMap,
    is: (live: LiveConfigMap) => boolean,
    deadlineMs: number,
  ): Promise<number> {
    return this.watch(`${NAMESPACE}/configmaps`, from, is, deadlineMs);
  }

  watchDeployment(
    from: LiveDeployment,
    is: (live: LiveDeployment) => boolean,
    deadlineMs: number,
  ): Promise<number> {
    return this.watch(`${WORKLOADS}/deployments`, from, is, deadlineMs);
  }

  close(): Promise<void> {
    return this.client.close();
  }

  private async find<T>(path: string): Promise<T | undefined> {
    try {
      return await this.client.request<T>('GET', path);
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return undefined;
      throw error;
    }
  }

  private patch<T>(path: string, body: unknown, fieldManager: string): Promise<T> {
    return this.client.request<T>('PATCH', path, {
      query: { fieldManager },
      contentType: 'application/merge-patch+json',
      body,
    });
  }

  /** A watch sees every version of the object; asking again and again would measure the asking. */
  private async watch<T extends LiveObject>(
    path: string,
    from: T,
    is: (live: T) => boolean,
    deadlineMs: number,
  ): Promise<number> {
    const started = performance.now();
    const { name, resourceVersion } = from.metadata;
    const signal = AbortSignal.timeout(deadlineMs);
    const query = { watch: true, fieldSelector: `metadata.name=${name}`, resourceVersion };
    try {
      const body = await this.client.stream(path, query, signal);
      for await (const line of linesOf(body)) {
        const { object } = JSON.parse(line) as { object: T };
        if (is(object)) return performance.now() - started;
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
    throw new NotSeenError(`${this.name}: ${name} was not put right within ${deadlineMs / 1_000} s`);
  }
}

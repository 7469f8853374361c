import { type Body } from '../../contract/kubernetes/body';
import {
  APPLY,
  JSON_PATCH,
  MERGE,
  STRATEGIC,
  type Answer,
  type ContractClient,
} from '../../contract/kubernetes/client';
import { type ContractContext } from '../../contract/kubernetes/context';
import { until } from '../../contract/kubernetes/until';
import { WIDGET_SCHEMA, type Kind } from './contents';
import { normalised } from './normalised';
import { type Operation, type Precondition } from './operations';

const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

const PLURALS: Record<Kind, string> = {
  ConfigMap: 'configmaps',
  Service: 'services',
  Deployment: 'deployments',
  StatefulSet: 'statefulsets',
  PodDisruptionBudget: 'poddisruptionbudgets',
  Widget: 'widgets',
};

const PATCHES = { merge: MERGE, strategic: STRATEGIC, json: JSON_PATCH };

/** Their controllers write a status after each change of the wanted state, and say which one they have seen. */
const OBSERVED: readonly Kind[] = ['Deployment', 'StatefulSet', 'PodDisruptionBudget'];

/** Plays operations on one server and answers with what is comparable in its answers. */
export class Player {
  private constructor(
    private readonly client: ContractClient,
    private readonly namespace: string,
    private readonly widgets: string,
    private readonly policy: string,
  ) {}

  /** Installs the custom kind and takes a Namespace to play in; its context drops that again. */
  static async on(context: ContractContext): Promise<Player> {
    const { client } = context;
    const group = `${context.unique('fuzz')}.example.com`;
    const versions = [
      { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: WIDGET_SCHEMA } },
    ];
    await client.post(DEFINITIONS, {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `widgets.${group}` },
      spec: {
        group,
        scope: 'Namespaced',
        names: { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList' },
        versions,
      },
    });
    const namespace = await context.namespace();
    await until(
      'the custom resource to be served',
      () => client.get(`/apis/${group}/v1/namespaces/${namespace}/widgets`),
      ({ status }) => status === 200,
    );
    const { status } = await client.get('/apis/policy/v1');
    return new Player(client, namespace, group, status === 200 ? 'policy/v1' : 'policy/v1beta1');
  }

  async close(): Promise<void> {
    await this.client.delete(`${DEFINITIONS}/widgets.${this.widgets}`);
  }

  /** @param sequence makes the names those of one sequence alone */
  async play(sequence: number, kind: Kind, operation: Operation): Promise<unknown> {
    const own = {
      [`${operation.name}-s${sequence}`]: operation.name,
      [this.namespace]: 'NAMESPACE',
      [this.policy]: 'policy',
      [this.widgets]: 'widgets.example',
    };
    let answer = await this.request(sequence, kind, operation);
    if (isOldFence(answer)) {
      answer = await this.request(sequence, kind, { ...operation, precondition: 'none' } as Operation);
    }
    await this.observed(sequence, kind, operation);
    return normalised(answer, own);
  }

  /**
   * Waits for the controller's status: a write of its own, which overtakes a version that was read before, and by which
   * the server fills in what the last one took out of others' managedFields.
   */
  private async observed(sequence: number, kind: Kind, { name }: Operation): Promise<void> {
    if (!OBSERVED.includes(kind)) return;
    const path = `${this.collection(kind)}/${name}-s${sequence}`;
    await until(
      `${path} to be observed`,
      () => this.live(path),
      ({ metadata, status }) => metadata?.generation === status?.observedGeneration,
    );
  }

  private async request(sequence: number, kind: Kind, operation: Operation): Promise<Answer> {
    const collection = this.collection(kind);
    const name = `${operation.name}-s${sequence}`;
    const path = `${collection}/${name}`;
    const query = new URLSearchParams();
    if ('manager' in operation) query.set('fieldManager', operation.manager);
    const dryRun = 'dryRun' in operation && operation.dryRun ? ['All'] : [];
    for (const value of dryRun) query.set('dryRun', value);
    const envelope = { apiVersion: this.apiVersion(kind), kind };
    switch (operation.verb) {
      case 'apply': {
        query.set('force', String(operation.force));
        const { content } = operation;
        const precondition = await this.precondition(path, operation.precondition);
        const metadata = { name, ...content.metadata, ...precondition };
        return this.client.request(
          'PATCH',
          `${path}?${String(query)}`,
          { ...envelope, ...content, metadata },
          APPLY,
        );
      }
      case 'update': {
        const { content } = operation;
        const precondition = await this.precondition(path, operation.precondition);
        const metadata = { name, ...content.metadata, ...precondition };
        return this.client.put(`${path}?${String(query)}`, { ...envelope, ...content, metadata });
      }
      case 'create': {
        const { content } = operation;
        const metadata = { name, ...content.metadata };
        return this.client.post(`${collection}?${String(query)}`, { ...envelope, ...content, metadata });
      }
      case 'merge':
      case 'strategic':
        return this.client.request(
          'PATCH',
          `${path}?${String(query)}`,
          operation.content,
          PATCHES[operation.verb],
        );
      case 'json':
        return this.client.request('PATCH', `${path}?${String(query)}`, operation.patch, JSON_PATCH);
      case 'delete': {
        // Beside a body the query counts for nothing.
        if (operation.precondition === 'none') return this.client.delete(`${path}?${String(query)}`);
        const preconditions = await this.precondition(path, operation.precondition);
        return this.client.delete(path, { preconditions, dryRun });
      }
      case 'list':
        query.set('fieldSelector', `metadata.name=${name}`);
        query.set('labelSelector', operation.labelSelector);
        return this.client.get(`${collection}?${String(query)}`);
      case 'get':
        return this.client.get(path);
    }
  }

  private async precondition(path: string, asked: Precondition): Promise<object> {
    if (asked === 'stale version') return { resourceVersion: '1' };
    if (asked === 'foreign uid') return { uid: '00000000-0000-4000-8000-000000000000' };
    if (asked === 'none') return {};
    const live = await this.live(path);
    const { uid, resourceVersion } = live.metadata ?? {};
    return asked === 'live uid' ? { uid } : { resourceVersion };
  }

  private async live(path: string): Promise<Body> {
    const { status, body } = await this.client.get(path);
    return status === 200 ? body : {};
  }

  private apiVersion(kind: Kind): string {
    if (kind === 'PodDisruptionBudget') return this.policy;
    if (kind === 'Widget') return `${this.widgets}/v1`;
    return kind === 'Deployment' || kind === 'StatefulSet' ? 'apps/v1' : 'v1';
  }

  private collection(kind: Kind): string {
    const apiVersion = this.apiVersion(kind);
    const root = apiVersion === 'v1' ? '/api' : '/apis';
    return `${root}/${apiVersion}/namespaces/${this.namespace}/${PLURALS[kind]}`;
  }
}

/**
 * 1.20 creates a Service by a path of its own, which takes no version at all; the product, too, then applies again
 * without one.
 */
const isOldFence = ({ status, body }: Answer): boolean =>
  status === 500 && /resourceVersion should not be set on objects to be created/.test(body.message);

import { type Body } from './body';
import { STRATEGIC } from './client';
import { type ContractContext, type Lazily } from './context';
import { type Images, podTemplate } from './objects';
import { until } from './until';

const OLD = { main: 'registry.example/app:1', side: 'registry.example/side:1' };
const NEW = 'registry.example/side:2';
const MISSING = 'registry.example/missing:1';

const containerOf = (pod: Body, name: string): Body =>
  (pod.status.containerStatuses ?? []).find((each: Body) => each.name === name);

const readyOf = (pod: Body): Body =>
  (pod.status.conditions ?? []).find((each: Body) => each.type === 'Ready') ?? {};

/** Pods as a client sees and changes them: what an upgrade in place is made of. */
export function describePods(context: Lazily): void {
  describe('pods', () => {
    let pods: Pods;

    beforeAll(async () => {
      if (context().target.controllers) pods = new Pods(context(), await context().namespace());
    }, 60_000);

    const runs = (name: string, test: () => Promise<void>) => {
      it(name, () => (context().target.controllers ? test() : Promise.resolve()), 120_000);
    };

    runs('restart only the container whose image changes', async () => {
      const before = await pods.start('upgraded', OLD);
      const watch = await pods.watch(before);
      const { status, body } = await pods.patch('upgraded', {
        metadata: { labels: { revision: 'new' } },
        spec: { containers: [{ name: 'side', image: NEW }] },
      });
      expect([status, body.metadata.labels]).toEqual([200, { app: 'upgraded', revision: 'new' }]);
      const after = await pods.ready('upgraded', NEW);
      expect(after.metadata.uid).toBe(before.metadata.uid);
      expect(containerOf(after, 'main')).toEqual(containerOf(before, 'main'));
      const [was, is] = [containerOf(before, 'side'), containerOf(after, 'side')];
      expect(is).toMatchObject({ restartCount: 1, started: true, image: NEW });
      expect([is.containerID, is.imageID]).not.toEqual([was.containerID, was.imageID]);
      expect(is.containerID).not.toBe(was.containerID);
      expect(is.imageID).not.toBe(was.imageID);
      expect(is.lastState.terminated).toMatchObject({ exitCode: 0, containerID: was.containerID });
      // Out of its Services meanwhile, and only the one container was stopped.
      const between = watch.events
        .map(({ object }) => object)
        .filter((pod) => readyOf(pod).status === 'False');
      expect(between.length).toBeGreaterThan(0);
      for (const pod of between) {
        expect(readyOf(pod).reason).toBe('ContainersNotReady');
        expect(containerOf(pod, 'main')).toMatchObject({ ready: true, restartCount: 0 });
        expect(containerOf(pod, 'side')).toMatchObject({ ready: false, restartCount: 0 });
        expect(pod.status.phase).toBe('Running');
      }
      watch.close();
    });

    runs('have lost the old container when the new image cannot be pulled', async () => {
      const before = await pods.start('stuck', OLD);
      await pods.setImage('stuck', 'side', MISSING);
      const stuck = await pods.waitFor(
        'stuck',
        'in ImagePullBackOff',
        (pod) => containerOf(pod, 'side').state.waiting?.reason === 'ImagePullBackOff',
      );
      expect(containerOf(stuck, 'side')).toMatchObject({ ready: false, restartCount: 0, image: MISSING });
      expect(containerOf(stuck, 'side').lastState.terminated).toBeTruthy();
      expect(containerOf(stuck, 'main')).toEqual(containerOf(before, 'main'));
      expect([stuck.status.phase, readyOf(stuck).status]).toEqual(['Running', 'False']);
      await pods.setImage('stuck', 'side', OLD.side);
      const after = await pods.ready('stuck', OLD.side);
      expect(containerOf(after, 'side').restartCount).toBe(1);
      expect(containerOf(after, 'main')).toEqual(containerOf(before, 'main'));
    });

    runs('never run at all with an image that cannot be pulled from the start', async () => {
      await pods.create('never', { main: MISSING });
      const stuck = await pods.waitFor(
        'never',
        'in ImagePullBackOff',
        (pod) => containerOf(pod, 'main')?.state.waiting?.reason === 'ImagePullBackOff',
      );
      expect([stuck.status.phase, containerOf(stuck, 'main').restartCount]).toEqual(['Pending', 0]);
      expect(containerOf(stuck, 'main').containerID).toBeUndefined();
    });

    runs('are not Ready before their readiness gates are', async () => {
      const gate = 'example.com/in-service';
      await pods.create('gated', { main: OLD.main }, { readinessGates: [{ conditionType: gate }] });
      const waits = await pods.waitFor('gated', 'running', (pod) => containerOf(pod, 'main')?.ready === true);
      expect(readyOf(waits).status).toBe('False');
      const report = (status: string) =>
        pods.patch('gated', { status: { conditions: [{ type: gate, status }] } }, '/status');
      for (const status of ['True', 'False']) {
        await report(status);
        const pod = await pods.waitFor('gated', `Ready ${status}`, (each) => readyOf(each).status === status);
        expect(containerOf(pod, 'main')).toMatchObject({ ready: true, restartCount: 0 });
        expect(pod.status.conditions.find((each: Body) => each.type === gate).status).toBe(status);
      }
    });

    const SPEC_WORDS =
      'Forbidden: pod updates may not change fields other than `spec.containers[*].image`, `spec.initContainers[*].image`, `spec.activeDeadlineSeconds` or `spec.tolerations` (only additions to existing tolerations)';
    const COUNT_WORDS = 'Forbidden: pod updates may not add or remove containers';
    const env = [{ name: 'LEVEL', value: 'debug' }];

    it.each<[string, object, string, string]>([
      ['an environment', { containers: [{ name: 'main', env }] }, 'spec', SPEC_WORDS],
      ['a command', { containers: [{ name: 'side', command: ['sleep'] }] }, 'spec', SPEC_WORDS],
      [
        'resources',
        { containers: [{ name: 'main', resources: { limits: { cpu: '1' } } }] },
        'spec',
        SPEC_WORDS,
      ],
      ['a restart policy', { restartPolicy: 'Never' }, 'spec', SPEC_WORDS],
      ['a service account', { serviceAccountName: 'other' }, 'spec', SPEC_WORDS],
      ['another container', { containers: [{ name: 'third', image: NEW }] }, 'spec.containers', COUNT_WORDS],
      [
        'one container less',
        { containers: [{ name: 'side', $patch: 'delete' }] },
        'spec.containers',
        COUNT_WORDS,
      ],
    ])(
      'refuse %s',
      async (_what, spec, field, words) => {
        if (!context().target.controllers) return;
        await pods.once('fixed', OLD);
        const { status, body } = await pods.patch('fixed', { spec });
        expect([status, body.reason]).toEqual([422, 'Invalid']);
        expect(body.message).toContain(`Pod "fixed" is invalid: ${field}: ${words}`);
        expect(body.details.causes[0]).toMatchObject({ reason: 'FieldValueForbidden', field });
      },
      60_000,
    );

    runs('refuse an empty image, and take annotations', async () => {
      await pods.once('fixed', OLD);
      const empty = await pods.setImage('fixed', 'main', '');
      expect([empty.status, empty.body.details.causes[0]]).toMatchObject([
        422,
        { reason: 'FieldValueRequired', field: 'spec.containers[0].image' },
      ]);
      const annotated = await pods.patch('fixed', { metadata: { annotations: { note: 'kept' } } });
      expect([annotated.status, annotated.body.metadata.annotations.note]).toEqual([200, 'kept']);
    });
  });
}

/** Pods of one namespace, bare: no controller stands behind them. */
class Pods {
  private readonly path: string;
  private readonly shared = new Map<string, Promise<Body>>();

  constructor(
    private readonly context: ContractContext,
    namespace: string,
  ) {
    this.path = `/api/v1/namespaces/${namespace}/pods`;
  }

  async create(name: string, images: Images, spec: object = {}): Promise<void> {
    const template = podTemplate(name, images);
    const { status, body } = await this.context.client.post(this.path, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, labels: template.metadata.labels },
      spec: { ...template.spec, ...spec },
    });
    if (status !== 201) throw new Error(`no pod ${name}: ${JSON.stringify(body)}`);
  }

  async start(name: string, images: Images): Promise<Body> {
    await this.create(name, images);
    return this.ready(name);
  }

  /** Started by the first who asks for it. */
  once(name: string, images: Images): Promise<Body> {
    const started = this.shared.get(name) ?? this.start(name, images);
    this.shared.set(name, started);
    return started;
  }

  patch(name: string, patch: object, subresource = '') {
    return this.context.client.request('PATCH', `${this.path}/${name}${subresource}`, patch, STRATEGIC);
  }

  setImage(name: string, container: string, image: string) {
    return this.patch(name, { spec: { containers: [{ name: container, image }] } });
  }

  /** @param side image that the container `side` must run by then */
  ready(name: string, side?: string): Promise<Body> {
    return this.waitFor(
      name,
      'Ready',
      (pod) =>
        readyOf(pod).status === 'True' && (side === undefined || containerOf(pod, 'side').image === side),
    );
  }

  async waitFor(name: string, what: string, isThere: (pod: Body) => boolean): Promise<Body> {
    const { body } = await until(
      `pod ${name}: ${what}`,
      () => this.context.client.get(`${this.path}/${name}`),
      (answer) => isThere(answer.body),
    );
    return body;
  }

  watch({ metadata }: Body) {
    const since = `resourceVersion=${metadata.resourceVersion}`;
    return this.context.client.watch(this.path, `fieldSelector=metadata.name%3D${metadata.name}&${since}`);
  }
}

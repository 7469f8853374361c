import { BLUE_GREEN_ANNOTATION, COLOUR_LABEL, KEPT_ANNOTATION, type KubeObject } from '@keelson/domain';
import { childrenOf } from '../children-of';
import { drive, type Driven } from '../drive';
import { marked, templateHash } from '../marks';
import { deployment } from '../testing/deployment-model.spec';
import { liveOf, pod } from '../testing/objects.spec';
import type { BatchTarget, WorkloadView } from '../types';
import { isSwitched } from './switch';

type Colour = 'blue' | 'green';

const service = (colour?: Colour, change: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', namespace: 'shop', annotations: { [BLUE_GREEN_ANNOTATION]: 'switch' } },
  spec: {
    selector: { app: 'web', ...(colour ? { [COLOUR_LABEL]: colour } : {}) },
    ports: [{ port: 80 }],
    ...change,
  },
});

const coloured = (colour: Colour, image: string, kept = false): KubeObject => {
  const { metadata, ...object } = deployment(image, { replicas: 2 });
  const spec = object['spec'] as { template: { metadata?: object } };
  const annotations: Record<string, string> = kept ? { [KEPT_ANNOTATION]: 'r1' } : {};
  const labels = { app: 'web', [COLOUR_LABEL]: colour };
  return {
    ...object,
    metadata: { ...metadata, name: colour === 'blue' ? 'web' : 'web-green', annotations },
    spec: { ...spec, template: { ...spec.template, metadata: { ...spec.template.metadata, labels } } },
  };
};

const STATUS = { replicas: 2, updatedReplicas: 2, readyReplicas: 2, availableReplicas: 2 };

/** A Deployment whose controller has made all of it, with so many pods ready. */
const seen = (planned: KubeObject, ready: number, from = planned): WorkloadView => {
  const { name } = planned.metadata;
  const live = liveOf(marked(from), {
    status: { ...STATUS, readyReplicas: ready, availableReplicas: ready },
  });
  const set: KubeObject = {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${name}-set`,
      uid: `${name}-set`,
      ownerReferences: [{ uid: name, controller: true }],
      annotations: { 'keelson.dev/template': templateHash(from), 'deployment.kubernetes.io/revision': '1' },
    },
    spec: { replicas: 2, template: (from['spec'] as { template: object }).template },
    status: { replicas: 2, readyReplicas: ready },
  };
  const labels = (from['spec'] as { template: { metadata: { labels: Record<string, string> } } }).template
    .metadata.labels;
  const pods = [0, 1].map((index) =>
    pod({ name: `${name}-${index}`, ready: index < ready, labels, owner: `${name}-set` }),
  );
  const metadata = {
    ...live.metadata,
    uid: name,
    annotations: { ...live.metadata.annotations, 'deployment.kubernetes.io/revision': '1' },
  };
  return { live: { ...live, metadata }, children: [set, ...pods] };
};

const COMING: BatchTarget = { share: '0%', update: 'Recreate' };
const SWITCHED: BatchTarget = { share: '100%', update: 'Recreate' };
const blue = coloured('blue', 'app:1', true);
const green = coloured('green', 'app:2');

const step = (
  wanted: Colour,
  liveService: KubeObject | undefined,
  views: [WorkloadView, WorkloadView],
  target = SWITCHED,
) => {
  const plan = service(wanted, { ports: [{ port: 81 }] });
  const viewOf = (object: KubeObject): WorkloadView => {
    if (object === plan) return { live: liveService, children: [] };
    return object === blue ? views[0] : views[1];
  };
  const driven = drive([plan, blue, green], target, viewOf) as Driven;
  const [sent, first, second] = driven.objects as any[];
  return { driven, sent: sent.spec, blue: first.spec, green: second.spec };
};
const ABSENT: WorkloadView = { live: undefined, children: [] };

describe('the Service of two colours', () => {
  it('goes over when all that it goes to is ready, and is there when it was seen there', () => {
    const ready: [WorkloadView, WorkloadView] = [seen(blue, 2), seen(green, 2)];
    const going = step('green', service('blue'), ready);
    expect(going.sent.selector).toEqual({ app: 'web', [COLOUR_LABEL]: 'green' });
    expect(going.sent.ports).toEqual([{ port: 81 }]);
    expect(going.driven.progress).toMatchObject({
      reached: false,
      message: expect.stringContaining('is to go over'),
    });
    expect(step('green', service('green'), ready).driven.progress).toMatchObject({
      reached: true,
      desired: 2,
      updated: 2,
      ready: 2,
    });
  });

  it('stays, with the ports of the pods that it has, while less is ready than it serves', () => {
    const { sent, driven } = step('green', service('blue'), [seen(blue, 2), seen(green, 1)]);
    expect(sent).toMatchObject({ selector: { [COLOUR_LABEL]: 'blue' }, ports: [{ port: 80 }] });
    expect(driven.held.size).toBeGreaterThan(0);
    expect(driven.progress?.message).toContain('1 of 2 are ready');
  });

  it('goes over at once where that costs nothing', () => {
    expect(step('green', service('blue'), [seen(blue, 0), seen(green, 0)]).sent.selector[COLOUR_LABEL]).toBe(
      'green',
    );
    expect(step('green', service('blue'), [seen(blue, 1), seen(green, 1)]).sent.selector[COLOUR_LABEL]).toBe(
      'green',
    );
  });

  it('stays while the pods that it has cannot be seen, and they are looked at whatever the batch says', () => {
    const unseen = { ...seen(blue, 2), children: [] };
    expect(step('green', service('blue'), [unseen, seen(green, 2)]).sent.selector[COLOUR_LABEL]).toBe('blue');
    const { collections } = childrenOf([service('green'), blue, green], SWITCHED, 'shop', {
      explain: false,
      liveOf: (object) => seen(object, 2).live,
    });
    expect(collections.size).toBe(2);
  });

  it('does not take the pods of another template for what it is to select', () => {
    const stale = seen(green, 2, coloured('green', 'app:0'));
    expect(step('green', service('blue'), [seen(blue, 2), stale]).sent.selector[COLOUR_LABEL]).toBe('blue');
  });

  it('selects by colour before it goes anywhere', () => {
    const { sent, green: fresh } = step('green', service(), [seen(blue, 2), ABSENT]);
    expect(sent.selector).toEqual({ app: 'web', [COLOUR_LABEL]: 'blue' });
    expect(fresh.replicas).toBe(0);
  });

  it('is as planned while there is none', () => {
    expect(step('green', undefined, [ABSENT, ABSENT]).sent.selector[COLOUR_LABEL]).toBe('green');
  });

  it('tells when it is where it should be', () => {
    const planned = [service('green'), green];
    expect(isSwitched(planned, () => service('green'))).toBe(true);
    for (const live of [service('blue'), 'absent', 'unknown'] as const)
      expect(isSwitched(planned, () => live)).toBe(false);
    expect(isSwitched([green], () => 'unknown')).toBe(true);
  });
});

describe('the Deployments of two colours', () => {
  it('come up whole beside what is served, at the batch of which nothing else moves', () => {
    const {
      green: fresh,
      blue: old,
      driven,
    } = step('blue', service('blue'), [seen(blue, 2), ABSENT], COMING);
    expect(fresh).toEqual(green['spec']);
    expect(old).toEqual(blue['spec']);
    expect(driven.progress).toMatchObject({ reached: false, desired: 2, updated: 0, ready: 0 });
  });

  it('have reached that batch when the new one is ready, whatever is with the old one', () => {
    const { driven } = step('blue', service('blue'), [seen(blue, 0), seen(green, 2)], COMING);
    expect(driven.progress).toMatchObject({ reached: true, desired: 2, updated: 2, ready: 2 });
  });

  it('are rolled at once where nobody is served by them, and not at all while somebody is', () => {
    const stale = seen(green, 2, coloured('green', 'app:0'));
    expect(step('blue', service('blue'), [seen(blue, 2), stale], COMING).green.paused).toBeUndefined();
    expect(step('blue', service('green'), [seen(blue, 1), stale], COMING).green.paused).toBe(true);
  });

  it('do not come up while the Service would select them', () => {
    const { green: fresh, driven } = step('blue', service(), [seen(blue, 0), ABSENT], COMING);
    expect(fresh.replicas).toBe(0);
    expect(driven.progress?.message).toContain('it comes up when Service shop/web selects by colour');
  });
});

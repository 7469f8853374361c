import type { KubeObject } from '@keelson/domain';
import type { Collection, CollectionWatches, LiveCache } from '@keelson/k8s';
import type { Desired } from './desired';
import { Steering } from './steering';

const planned: KubeObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'shop' },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: { containers: [{ name: 'web', image: 'web:1' }] },
    },
  },
};
const plan = { objects: [planned], waves: [[planned]] };
const desired = (appliedGeneration: number) =>
  ({
    namespace: 'shop',
    generation: 7,
    appliedGeneration,
    pace: { share: '100%', update: 'Recreate' },
  }) as unknown as Desired;

/** A workload that its controller has seen and whose pod does not come. */
const begun = (sent: KubeObject): KubeObject => ({
  ...sent,
  metadata: { ...sent.metadata, uid: 'u', generation: 1 },
  status: { observedGeneration: 1, replicas: 1, updatedReplicas: 1, unavailableReplicas: 1 },
});

const SECOND = 1_000;

describe('what is watched beside a workload', () => {
  let live: KubeObject | 'absent';
  let followed: readonly Collection[];
  let steering: Steering;
  beforeEach(() => {
    live = 'absent';
    followed = [];
    const cache = { lookup: () => live } as unknown as LiveCache;
    const children = {
      follow: (_: string, collections: readonly Collection[]) => (followed = collections),
      objects: () => [],
    } as unknown as CollectionWatches;
    steering = new Steering('shop', cache, children);
  });

  const look = (target: Desired, now: number) => {
    const course = steering.course(target, plan, now);
    if (course === 'unknown') throw new Error('the course is unknown');
    return course;
  };
  /** The plan is sent, and arrives. */
  const apply = (now: number): void => {
    const [sent] = look(desired(0), now).waves.flat();
    steering.took([sent!], desired(0), now);
    live = begun(sent!);
  };

  it('is nothing while the plan waits to be applied, however long', () => {
    expect(look(desired(0), 0).explainInMs).toBeGreaterThan(0);
    live = begun(planned);
    expect(look(desired(0), 60 * SECOND).explainInMs).toBeGreaterThan(0);
    expect(followed).toEqual([]);
  });

  it('is what tells why the workload does not become ready, when it has had time to since it was applied', () => {
    look(desired(0), 0);
    apply(10 * SECOND);
    const { explainInMs = NaN } = look(desired(7), 10.5 * SECOND);
    expect(followed).toEqual([]);
    look(desired(7), 10.5 * SECOND + explainInMs);
    expect(followed.map(({ kind }) => kind)).toEqual(['ReplicaSet', 'Pod']);
  });

  it('is the same where the object is put right again and again', () => {
    apply(0);
    apply(1.5 * SECOND);
    look(desired(7), 2.5 * SECOND);
    expect(followed).toHaveLength(2);
  });

  it('is the same for a process that finds the plan applied', () => {
    live = begun(look(desired(0), 0).waves.flat()[0]!);
    const restarted = look(desired(7), 5 * SECOND);
    expect(followed).toEqual([]);
    look(desired(7), 5 * SECOND + restarted.explainInMs!);
    expect(followed).toHaveLength(2);
  });
});

import type { KubeObject } from '@keelson/domain';
import { countAt, numberAt, recordAt, stringAt, valueAt } from '../json';
import { BAD } from './deployment-model.spec';

/**
 * The real StatefulSet controller in small, ordered and with partitions, written from
 * k8s.io/kubernetes/pkg/controller/statefulset/stateful_set_control.go.
 */

interface ModelPod {
  readonly revision: string;
  readonly version: number;
  ready: boolean;
}

export class StatefulSetModel {
  live: KubeObject | undefined;
  /** By ordinal; a hole is a pod that is to be made. */
  private pods = new Map<number, ModelPod>();
  private versions = 0;
  private current = '';

  apply(body: KubeObject): void {
    const before = this.live;
    const strategy = { type: 'RollingUpdate', ...recordAt(body, 'spec', 'updateStrategy') };
    const rolling = { partition: 0, ...recordAt(strategy, 'rollingUpdate') };
    const spec = {
      replicas: numberAt(before, 'spec', 'replicas') ?? 1,
      ...recordAt(body, 'spec'),
      updateStrategy: { ...strategy, rollingUpdate: rolling },
    };
    const changed = JSON.stringify(spec) !== JSON.stringify(before?.['spec']);
    const generation = (before?.metadata.generation ?? 0) + (changed ? 1 : 0);
    this.live = {
      ...body,
      metadata: { ...body.metadata, uid: 'owner', generation },
      spec,
      status: before?.['status'] ?? {},
    };
  }

  get ready(): number {
    return [...this.pods.values()].filter(({ ready }) => ready).length;
  }

  podsOf(image: string): number {
    return [...this.pods.values()].filter(({ revision }) => revision.includes(`"${image}"`)).length;
  }

  children(): KubeObject[] {
    return [...this.pods].map(([ordinal, { revision, version, ready }]) => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: `web-${ordinal}`,
        namespace: 'shop',
        uid: `pod-${ordinal}-${version}`,
        resourceVersion: '1',
        labels: { 'controller-revision-hash': revision },
        ownerReferences: [{ uid: 'owner', controller: true }],
      },
      spec: { containers: [{ name: 'main', image: BAD }] },
      status: ready
        ? { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] }
        : {
            phase: 'Pending',
            containerStatuses: revision.includes(BAD)
              ? [{ name: 'main', state: { waiting: { reason: 'ImagePullBackOff' } } }]
              : [],
          },
    }));
  }

  /** A person or the driver deletes a pod. */
  remove(uid: string): void {
    for (const [ordinal, { version }] of this.pods) {
      if (uid === `pod-${ordinal}-${version}`) this.pods.delete(ordinal);
    }
  }

  step(pick: number): void {
    const starting = [...this.pods.values()].filter(
      ({ ready, revision }) => !ready && !revision.includes(BAD),
    );
    const things = [() => this.sync(), ...starting.map((pod) => () => void (pod.ready = true))];
    things[pick % things.length]?.();
  }

  round(): void {
    this.sync();
    for (const pod of this.pods.values()) pod.ready ||= !pod.revision.includes(BAD);
    this.sync();
  }

  private sync(): void {
    if (!this.live) return;
    const update = JSON.stringify(valueAt(this.live, 'spec', 'template'));
    this.current ||= update;
    this.move(update);
    const pods = [...this.pods.values()];
    const updated = pods.filter(({ revision }) => revision === update).length;
    if (updated === pods.length && this.ready === pods.length) this.current = update;
    const status = {
      observedGeneration: this.live.metadata.generation,
      replicas: pods.length,
      readyReplicas: this.ready,
      updatedReplicas: updated,
      currentRevision: this.current,
      updateRevision: update,
    };
    this.live = { ...this.live, status };
  }

  /** One move at most, and none while a pod before it is not ready. */
  private move(update: string): void {
    const replicas = countAt(this.live, 'spec', 'replicas');
    const partition = countAt(this.live, 'spec', 'updateStrategy', 'rollingUpdate', 'partition');
    for (let ordinal = 0; ordinal < replicas; ordinal += 1) {
      const pod = this.pods.get(ordinal);
      if (!pod) {
        this.versions += 1;
        const revision = ordinal < partition ? this.current : update;
        this.pods.set(ordinal, { revision, version: this.versions, ready: false });
      }
      if (!pod?.ready) return;
    }
    const last = Math.max(...this.pods.keys());
    if (last >= replicas) return void this.pods.delete(last);
    if (stringAt(this.live, 'spec', 'updateStrategy', 'type') === 'OnDelete') return;
    for (let ordinal = replicas - 1; ordinal >= partition; ordinal -= 1) {
      if (this.pods.get(ordinal)?.revision === update) continue;
      this.pods.delete(ordinal);
      return;
    }
  }
}

import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { registerNode, renewNode } from './fake-nodes';
import { STRATEGIC_PATCH, type KubeClient } from './kube-client';
import { listWatch, type ListWatch } from './list-watch';
import type { Pod } from './pod';
import { nextStep, statusAfter } from './pod-lifecycle';

const RENEW_EVERY = 10_000;
const RETRY_AFTER = 500;

export interface FakeKubeletOptions {
  /** Nodes to register, named node-1 … node-n. */
  readonly nodes?: number;
  /** Milliseconds from binding (or from a change of image) to running. */
  readonly startDelay?: number;
}

export interface FakeKubelet {
  readonly nodes: readonly string[];
  stop(): Promise<void>;
}

/**
 * Plays the kubelets of a cluster: registers Nodes and keeps them Ready, and takes every pod that is bound to one
 * of them through its life without running anything. Resolves when the Nodes are registered.
 */
export async function startFakeKubelet(
  client: KubeClient,
  { nodes = 3, startDelay = 100 }: FakeKubeletOptions = {},
): Promise<FakeKubelet> {
  const names = Array.from({ length: nodes }, (_, index) => `node-${index + 1}`);
  const { gitVersion } = await client.must('GET', '/version');
  await Promise.all(names.map((name) => registerNode(client, name, String(gitVersion))));
  const pods = new PodWorker(client, new Set(names), startDelay);
  const renewal = setInterval(() => {
    // A renewal that fails is like one that was never sent; the next one is due soon, long before the Lease ends.
    for (const name of names) renewNode(client, name).catch(() => undefined);
  }, RENEW_EVERY);
  return {
    nodes: names,
    async stop() {
      clearInterval(renewal);
      await pods.stop();
    },
  };
}

class PodWorker {
  private readonly pods: ListWatch<Pod>;
  /** Pods with a step under way, by uid: a pod takes one step at a time. */
  private readonly steps = new Map<string, Promise<void>>();
  private readonly stopped = new AbortController();
  private addresses = 0;

  constructor(
    private readonly client: KubeClient,
    private readonly nodes: ReadonlySet<string>,
    private readonly startDelay: number,
  ) {
    // Every pod that waits listens to it; Node takes more than ten for a leak.
    setMaxListeners(0, this.stopped.signal);
    this.pods = listWatch<Pod>(client, '/api/v1/pods', (pod) => this.consider(pod));
  }

  async stop(): Promise<void> {
    this.stopped.abort();
    await this.pods.stop();
    await Promise.all(this.steps.values());
  }

  private consider(pod: Pod): void {
    const { uid } = pod.metadata;
    if (!this.nodes.has(pod.spec.nodeName ?? '') || this.steps.has(uid) || nextStep(pod) === 'none') return;
    this.steps.set(uid, this.takeSteps(uid));
  }

  /** Steps until there is nothing to do; what happened to the pod meanwhile is seen before each. */
  private async takeSteps(uid: string): Promise<void> {
    try {
      for (let pod = this.pods.items.get(uid); pod; pod = this.pods.items.get(uid)) {
        const step = nextStep(pod);
        if (step === 'none') return;
        const delay = step === 'start' || step === 'complete' ? this.startDelay : 0;
        await sleep(delay, undefined, { signal: this.stopped.signal });
        const latest = this.pods.items.get(uid);
        if (!latest) return;
        if (!(await this.takeStep(latest))) return;
      }
    } catch (error) {
      if (!this.stopped.signal.aborted) throw error;
    } finally {
      this.steps.delete(uid);
    }
  }

  /** False when the pod was deleted for good: what remains is for the server and the finalizers. */
  private async takeStep(pod: Pod): Promise<boolean> {
    const { namespace, name, uid } = pod.metadata;
    const path = `/api/v1/namespaces/${namespace}/pods/${name}`;
    const step = nextStep(pod);
    if (step === 'none') return true;
    try {
      if (step === 'remove') {
        const options = {
          kind: 'DeleteOptions',
          apiVersion: 'v1',
          gracePeriodSeconds: 0,
          preconditions: { uid },
        };
        await this.client.must('DELETE', path, options);
        return false;
      }
      const status = { ...statusAfter(pod, step, new Date().toISOString()), ...this.addressesOf(pod) };
      const patch = { metadata: { uid }, status };
      this.pods.accept((await this.client.must('PATCH', `${path}/status`, patch, STRATEGIC_PATCH)) as Pod);
      return true;
    } catch {
      // Whatever it was, the pod is looked at again; one that is gone will have left the list by then.
      await sleep(RETRY_AFTER, undefined, { signal: this.stopped.signal });
      return true;
    }
  }

  private addressesOf(pod: Pod): { podIP: string; podIPs: { ip: string }[] } {
    const next = (this.addresses += 1);
    const ip = pod.status?.podIP ?? `10.244.${(next >> 8) & 255}.${next & 255}`;
    return { podIP: ip, podIPs: [{ ip }] };
  }
}

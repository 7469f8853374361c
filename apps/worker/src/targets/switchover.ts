import { idleOf, type KubeObject } from '@keelson/domain';
import { isSwitched } from '@keelson/k8s';
import type { Desired } from './desired';
import { lookUp } from './judge-target';
import type { TargetHost } from './target-host';

/** A timer takes no more than 2³¹ ms; who looks again sooner than needed finds that it is not time yet. */
const LONGEST_WAIT_MS = 3_600_000;

/**
 * Tells when a Service has gone over to the other colour, and lets the one that it has left go when its time has come.
 * Both are events, and the time is in the read model; the timer here is a hint, which a process that starts sets anew
 * at its first look.
 */
export class Switchover {
  constructor(private readonly host: TargetHost) {}

  /** Whether every Service of the plan selects the colour that it should: before, nothing that it may select goes. */
  isDone(objects: readonly KubeObject[], namespace: string): boolean {
    return isSwitched(objects, (object) => lookUp(this.host.deps.cache, object, namespace));
  }

  /** To be called once the plan is applied and `isDone`. */
  async follow({ application, generation, colours }: Desired): Promise<void> {
    const idle = colours && idleOf(colours);
    if (!idle) return;
    const { cluster, recorder } = this.host;
    const { active: colour, service, leaving, idleUntil, [colour]: release = '' } = colours;
    if (leaving) {
      const seen = { type: 'RecordSwitched', generation, service, colour, release } as const;
      await recorder.record(application, cluster, seen);
    }
    if (idleUntil === undefined) return;
    const wait = idleUntil - Date.now();
    if (wait > 0) return this.host.again(application, Math.min(wait, LONGEST_WAIT_MS));
    await recorder.record(application, cluster, { type: 'RetireIdleColour', generation, ...idle });
  }
}

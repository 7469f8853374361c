import type { KubeObject } from '@keelson/domain';
import { bareBody } from './bare-body';
import type { Access } from './clusters/access';
import { BareClient } from './clusters/bare-client';

/**
 * The baseline: a loop that knows what to send and sends it, with nothing around it. It applies the same objects in
 * the same order with the same marks in a namespace of its own; only the label by which Keelson finds its objects has
 * another name, because it would put the loop's objects right.
 */
export class BareLoop {
  private readonly client: BareClient;

  constructor(
    clusters: readonly Access[],
    private readonly plan: readonly KubeObject[],
  ) {
    this.client = new BareClient(clusters);
  }

  /** All clusters at once; within one, the objects in order, because a Namespace comes before what is in it. */
  release(round: number): Promise<void> {
    const applies = this.plan.map((object) => {
      const { path, json } = bareBody(object, round);
      return { method: 'PATCH' as const, path: `${path}?fieldManager=bare&force=true`, json };
    });
    return this.client.sendAll(applies, 1);
  }

  close(): Promise<void> {
    return this.client.close();
  }
}

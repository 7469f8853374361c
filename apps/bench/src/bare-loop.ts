import type { KubeObject } from '@keelson/domain';
import { Pool } from 'undici';
import type { Access } from './simulator/protocol';
import { bareBody, type BareBody } from './bare-body';

/**
 * The baseline: a loop that knows what to send and sends it, with nothing around it. It applies the same objects in
 * the same order with the same marks in a namespace of its own; only the label by which Keelson finds its objects has
 * another name, because it would put the loop's objects right.
 */
export class BareLoop {
  private readonly pools: ReadonlyMap<string, Pool>;

  constructor(
    private readonly clusters: readonly Access[],
    private readonly plan: readonly KubeObject[],
  ) {
    this.pools = new Map(clusters.map(({ name, server }) => [name, new Pool(new URL(server).origin)]));
  }

  /** All clusters at once; within one, the objects in order, because a Namespace comes before what is in it. */
  async release(round: number): Promise<void> {
    const bodies = this.plan.map((object) => bareBody(object, round));
    await Promise.all(this.clusters.map((cluster) => this.apply(cluster, bodies)));
  }

  async close(): Promise<void> {
    await Promise.all([...this.pools.values()].map((pool) => pool.destroy()));
  }

  private async apply({ name, server, token }: Access, bodies: readonly BareBody[]): Promise<void> {
    for (const { path, json } of bodies) {
      const { statusCode, body } = await this.pools.get(name)!.request({
        method: 'PATCH',
        path: `${new URL(server).pathname}${path}?fieldManager=bare&force=true`,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/apply-patch+yaml' },
        body: json,
      });
      const answer = await body.text();
      if (statusCode >= 300) throw new Error(`cluster ${name} answers ${statusCode} to an apply: ${answer}`);
    }
  }
}

import type { KubeObject } from '@keelson/domain';
import { Pool } from 'undici';
import type { Access } from './simulator/protocol';
import { imageOf, NAMESPACE } from './workload';

export const BARE_NAMESPACE = `${NAMESPACE}-bare`;

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
    const bodies = this.plan.map((object) => bodyOf(object, round));
    await Promise.all(this.clusters.map((cluster) => this.apply(cluster, bodies)));
  }

  async close(): Promise<void> {
    await Promise.all([...this.pools.values()].map((pool) => pool.destroy()));
  }

  private async apply({ name, server, token }: Access, bodies: readonly Body[]): Promise<void> {
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

interface Body {
  readonly path: string;
  readonly json: string;
}

const PATHS: Readonly<Record<string, (name: string) => string>> = {
  Namespace: (name) => `/api/v1/namespaces/${name}`,
  ConfigMap: (name) => `/api/v1/namespaces/${BARE_NAMESPACE}/configmaps/${name}`,
  Deployment: (name) => `/apis/apps/v1/namespaces/${BARE_NAMESPACE}/deployments/${name}`,
};

/** A plan's object moved to the loop's namespace, with the image and the marks of the round. */
const bodyOf = (object: KubeObject, round: number): Body => {
  const moved = JSON.parse(
    JSON.stringify(object)
      .replaceAll(`"namespace":"${NAMESPACE}"`, `"namespace":"${BARE_NAMESPACE}"`)
      .replaceAll('"keelson.dev/', '"baseline.dev/')
      .replaceAll(imageOf(0), imageOf(round))
      .replaceAll(imageOf(1), imageOf(round)),
  ) as KubeObject;
  const path = PATHS[moved.kind];
  if (!path) throw new Error(`the benchmark has no ${moved.kind}`);
  const name = moved.kind === 'Namespace' ? BARE_NAMESPACE : moved.metadata.name;
  // A new plan changes its marks on every object; the loop's writes must be as real as that.
  const annotations = { ...moved.metadata.annotations, 'baseline.dev/generation': String(1_000 + round) };
  return {
    path: path(name),
    json: JSON.stringify({ ...moved, metadata: { ...moved.metadata, name, annotations } }),
  };
};

import { randomUUID } from 'node:crypto';
import { nodeDecider, nodeStream, type ObservedNode } from '@keelson/domain';
import type { EventStore } from '@keelson/event-store';
import type { SeenNode } from '@keelson/k8s';
import { knownNodes, type KnownNode } from './nodes.queries';

/** Streams in one append: a cluster of 5,000 nodes that is seen first is recorded in 50. */
const AT_ONCE = 100;

/** Puts what is seen of a cluster's nodes into the log: transitions only, and nothing where nothing is new. */
export class Sightings {
  private known: Map<string, KnownNode> | undefined;

  constructor(
    private readonly store: EventStore,
    private readonly cluster: string,
  ) {}

  /** Answers the nodes with the beginning of their whole spell, which the log remembers and the API server does not. */
  async record(seen: readonly SeenNode[]): Promise<ObservedNode[]> {
    const known = (this.known ??= await knownNodes(this.store.pool, this.cluster));
    const present = new Set(seen.map(({ node }) => node));
    const news = seen.filter(({ node, uid, ready }) => {
      const last = known.get(node);
      return last?.uid !== uid || last.ready !== ready;
    });
    const gone = [...known.keys()].filter((node) => !present.has(node));
    for (let from = 0; from < news.length; from += AT_ONCE) await this.tell(news.slice(from, from + AT_ONCE));
    for (let from = 0; from < gone.length; from += AT_ONCE)
      await this.tellGone(gone.slice(from, from + AT_ONCE));
    return seen.map(({ readiness: _, ...node }) => {
      const since = known.get(node.node)?.since ?? node.since;
      return node.ready ? node : { ...node, since: Math.min(since, node.since) };
    });
  }

  private async tell(news: readonly SeenNode[]): Promise<void> {
    const { cluster } = this;
    const result = await this.store.commands.execute(
      { commandId: randomUUID(), actor: 'node-repair' },
      (unit) =>
        Promise.all(
          news.map(({ node, readiness }) =>
            unit.decide(nodeDecider, nodeStream(cluster, node), {
              type: 'RecordReadiness',
              cluster,
              node,
              seen: readiness,
            }),
          ),
        ),
    );
    const states = (result.ok && result.value) || [];
    states.forEach((state, index) => {
      const node = news[index]?.node ?? '';
      if (state.exists) this.known?.set(node, state);
    });
  }

  private async tellGone(gone: readonly string[]): Promise<void> {
    const { cluster } = this;
    await this.store.commands.execute({ commandId: randomUUID(), actor: 'node-repair' }, (unit) =>
      Promise.all(
        gone.map((node) =>
          unit.decide(nodeDecider, nodeStream(cluster, node), { type: 'RecordGone', cluster, node }),
        ),
      ),
    );
    for (const node of gone) this.known?.delete(node);
  }
}

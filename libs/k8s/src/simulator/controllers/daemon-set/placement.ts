import { type KubeObject } from '@keelson/domain';
import { objectAt, textAt } from '../../json';
import { isActive } from '../pods';

const nodeOf = (pod: KubeObject): string => textAt(pod.spec, 'nodeName') ?? '';

/** Which nodes should have a pod of the set, and which have. Cordoned and NotReady nodes keep theirs. */
export class Placement {
  /** Pods by node, terminating ones included, oldest first. */
  private readonly byNode = new Map<string, KubeObject[]>();
  readonly wanted: readonly string[];

  constructor(
    set: KubeObject,
    nodes: readonly KubeObject[],
    readonly pods: readonly KubeObject[],
  ) {
    const selector = objectAt(objectAt(objectAt(objectAt(set, 'spec'), 'template'), 'spec'), 'nodeSelector');
    const fits = ({ metadata }: KubeObject) =>
      Object.entries(selector).every(([label, value]) => metadata.labels?.[label] === value);
    this.wanted = nodes.filter(fits).map((node) => node.metadata.name);
    for (const pod of pods) this.byNode.set(nodeOf(pod), [...this.on(nodeOf(pod)), pod]);
    for (const list of this.byNode.values()) list.sort((a, b) => ageOf(a) - ageOf(b));
  }

  on(node: string): readonly KubeObject[] {
    return this.byNode.get(node) ?? [];
  }

  /** Nodes without any pod, a terminating one included. */
  missing(): readonly string[] {
    return this.wanted.filter((node) => this.on(node).length === 0);
  }

  /** Pods on nodes that should have none, younger ones where there are several, and those that failed. */
  surplus(): readonly KubeObject[] {
    const isWanted = new Set(this.wanted);
    return [...this.byNode].flatMap(([node, pods]) => {
      const present = pods.filter(({ metadata }) => !metadata.deletionTimestamp);
      if (!isWanted.has(node)) return present;
      const [keep] = present.filter(isActive);
      return present.filter((pod) => pod !== keep);
    });
  }

  /** How many pods there are on nodes that should have none. */
  misscheduled(): number {
    const isWanted = new Set(this.wanted);
    return [...this.byNode.keys()].filter((node) => !isWanted.has(node)).length;
  }
}

const ageOf = ({ metadata }: KubeObject): number => Date.parse(String(metadata.creationTimestamp));

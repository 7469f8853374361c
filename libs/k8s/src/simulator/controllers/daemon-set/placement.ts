import { type KubeObject } from '@keelson/domain';
import { listAt, objectAt, textAt } from '../../json';
import { type Toleration, isTolerated, taintsOf } from '../nodes/taints';
import { isActive } from '../pods';
import { matchesNodeSelector } from '../scheduling/fit';

const nodeOf = (pod: KubeObject): string => textAt(pod.spec, 'nodeName') ?? '';

/** What the pods of every DaemonSet bear, so that cordoned and lost nodes keep theirs. */
const BORNE: readonly Toleration[] = [
  { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute' },
  { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute' },
  { key: 'node.kubernetes.io/disk-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/memory-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/pid-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/unschedulable', operator: 'Exists', effect: 'NoSchedule' },
];

/** The tolerations of a DaemonSet's pods: those of its template and those that each gets. */
export function daemonTolerations(template: unknown): readonly Toleration[] {
  const own = listAt(objectAt(template, 'spec'), 'tolerations') as unknown as readonly Toleration[];
  const isSame = (a: Toleration, b: Toleration) => a.key === b.key && a.effect === b.effect;
  return [...own, ...BORNE.filter((each) => !own.some((other) => isSame(each, other)))];
}

/** Which nodes should have a pod of the set, and which have. */
export class Placement {
  /** Pods by node, terminating ones included, oldest first. */
  private readonly byNode = new Map<string, KubeObject[]>();
  readonly wanted: readonly string[];
  /** Those that may keep a pod although they would get none: only a NoExecute taint drives it away. */
  private readonly bearing: ReadonlySet<string>;

  constructor(
    set: KubeObject,
    nodes: readonly KubeObject[],
    readonly pods: readonly KubeObject[],
  ) {
    const { template } = objectAt(set, 'spec');
    const { nodeSelector } = objectAt(objectAt({ template }, 'template'), 'spec');
    const tolerations = daemonTolerations(template);
    const selected = nodes.filter((node) => matchesNodeSelector(nodeSelector, node));
    const without = (effects: readonly string[]) =>
      selected
        .filter((node) =>
          taintsOf(node).every((taint) => !effects.includes(taint.effect) || isTolerated(taint, tolerations)),
        )
        .map((node) => node.metadata.name);
    this.wanted = without(['NoSchedule', 'NoExecute']);
    this.bearing = new Set(without(['NoExecute']));
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
    return [...this.byNode].flatMap(([node, pods]) => {
      const present = pods.filter(({ metadata }) => !metadata.deletionTimestamp);
      if (!this.bearing.has(node)) return present;
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

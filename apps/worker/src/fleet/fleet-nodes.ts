import { emptyTally, type NodeRepairPolicy, type NodeRepairs, type OnlineTally } from '@keelson/domain';

export interface NodeRecord {
  readonly cluster: string;
  readonly node: string;
  readonly uid: string;
  readonly ready: boolean;
  /** Of its Ready condition, by the cluster's clock; RFC 3339. */
  readonly since: string;
  readonly reason?: string;
  readonly message?: string;
  readonly firstSeenAt: string;
  /** Ready and not under repair; what the online rate counts. */
  readonly online: boolean;
  /** Milliseconds since the epoch up to which the online rate has it. */
  readonly countedTo: number;
  readonly position: number;
}

export interface NodeRepairsRecord {
  readonly cluster: string;
  readonly state: NodeRepairs;
  readonly position: number;
}

export interface NodeTallyRecord {
  readonly cluster: string;
  readonly tally: OnlineTally;
  readonly position: number;
}

export interface NodeRepairPolicyRecord extends NodeRepairPolicy {
  readonly deleted: boolean;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly position: number;
}

/** The part of the fleet that is about nodes, and what of it the database does not have yet. */
export class FleetNodes {
  readonly nodes = new Map<string, Map<string, NodeRecord>>();
  readonly repairs = new Map<string, NodeRepairsRecord>();
  readonly tallies = new Map<string, NodeTallyRecord>();
  readonly policies = new Map<string, NodeRepairPolicyRecord>();
  readonly changed = {
    nodes: new Map<string, { cluster: string; node: string }>(),
    repairs: new Set<string>(),
    tallies: new Set<string>(),
    policies: new Set<string>(),
  };

  put(record: NodeRecord): void {
    const { cluster, node } = record;
    let ofCluster = this.nodes.get(cluster);
    if (!ofCluster) this.nodes.set(cluster, (ofCluster = new Map<string, NodeRecord>()));
    ofCluster.set(node, record);
  }

  get(cluster: string, node: string): NodeRecord | undefined {
    return this.nodes.get(cluster)?.get(node);
  }

  touch({ cluster, node }: { readonly cluster: string; readonly node: string }): void {
    this.changed.nodes.set(`${cluster}/${node}`, { cluster, node });
  }

  isUnderRepair(cluster: string, node: string): boolean {
    return Object.hasOwn(this.repairs.get(cluster)?.state.repairs ?? {}, node);
  }

  tell(cluster: string, position: number, change: (tally: OnlineTally) => OnlineTally, from: number): void {
    const tally = change(this.tallies.get(cluster)?.tally ?? emptyTally(from));
    this.tallies.set(cluster, { cluster, tally, position });
    this.changed.tallies.add(cluster);
  }
}

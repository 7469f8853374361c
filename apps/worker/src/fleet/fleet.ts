import type { KubeObject, Release, SidecarRelease } from '@keelson/domain';
import { FleetNodes } from './fleet-nodes';
import type {
  ApplicationRecord,
  ClusterRecord,
  HoldRecord,
  InventoryEntry,
  RunRecord,
  SidecarClusterRecord,
  SidecarRecord,
  TargetRecord,
  WebhookRecord,
  WindowRecord,
} from './model';

export interface FrozenRelease extends Release {
  readonly sequence: number;
  readonly run: string;
  readonly actor: string;
  readonly reason?: string;
  readonly createdAt: string;
  readonly position: number;
}

export interface FrozenSidecarRelease extends SidecarRelease {
  readonly actor: string;
  readonly reason?: string;
  readonly createdAt: string;
  readonly position: number;
}

/** What a batch changed and the database does not have yet. */
export class Changes {
  readonly clusters = new Set<string>();
  readonly applications = new Set<string>();
  readonly runs = new Set<string>();
  readonly holds = new Set<string>();
  readonly windows = new Set<string>();
  readonly webhooks = new Set<string>();
  readonly releases = new Map<string, FrozenRelease>();
  readonly contents = new Map<string, readonly KubeObject[]>();
  readonly sidecars = new Set<string>();
  readonly sidecarReleases = new Map<string, FrozenSidecarRelease>();
  readonly sidecarClusters = new Map<string, { sidecar: string; cluster: string }>();
  readonly targets = new Map<string, { application: string; cluster: string }>();
  readonly inventory = new Map<string, { application: string; cluster: string; key: string }>();
}

/**
 * The whole fleet in memory: the fold of the log up to `position`. Reading rows back for every batch instead cost
 * a round trip an event; the fold of a hundred thousand targets fits in memory and is checked against the tables by
 * the rebuild test. Manifests stay in the database: `release` fetches them when a plan needs them.
 * What concerns several applications of a cluster is decided in the order of their names: that of the maps is another one
 * after they were read back, and every fold must decide alike.
 */
export class Fleet {
  position = 0;
  readonly clusters = new Map<string, ClusterRecord>();
  readonly applications = new Map<string, ApplicationRecord>();
  readonly runs = new Map<string, RunRecord>();
  /** Those that nobody has released. */
  readonly holds = new Map<string, HoldRecord>();
  readonly windows = new Map<string, WindowRecord>();
  readonly webhooks = new Map<string, WebhookRecord>();
  readonly sidecars = new Map<string, SidecarRecord>();
  readonly nodes = new FleetNodes();
  private readonly sidecarClusters = new Map<string, Map<string, SidecarClusterRecord>>();
  private readonly targets = new Map<string, Map<string, TargetRecord>>();
  /** By cluster and name: the applications that owe the deletion of a Namespace which Keelson made. */
  private readonly owedNamespaces = new Map<string, Set<string>>();
  changes = new Changes();

  target(application: string, cluster: string): TargetRecord | undefined {
    return this.targets.get(application)?.get(cluster);
  }

  targetsOf(application: string): TargetRecord[] {
    return [...(this.targets.get(application)?.values() ?? [])];
  }

  /** In order. */
  applicationNames(): string[] {
    return [...this.applications.keys()].sort();
  }

  /** In the order of their applications. */
  targetsIn(cluster: string): TargetRecord[] {
    return [...this.targets.values()]
      .flatMap((byCluster) => byCluster.get(cluster) ?? [])
      .sort((a, b) => (a.application < b.application ? -1 : 1));
  }

  sidecarIn(sidecar: string, cluster: string): SidecarClusterRecord | undefined {
    return this.sidecarClusters.get(sidecar)?.get(cluster);
  }

  sidecarEverywhere(sidecar: string): SidecarClusterRecord[] {
    return [...(this.sidecarClusters.get(sidecar)?.values() ?? [])];
  }

  putSidecarIn(record: SidecarClusterRecord): void {
    const { sidecar, cluster } = record;
    let byCluster = this.sidecarClusters.get(sidecar);
    if (!byCluster) {
      byCluster = new Map<string, SidecarClusterRecord>();
      this.sidecarClusters.set(sidecar, byCluster);
    }
    byCluster.set(cluster, record);
    this.changes.sidecarClusters.set(`${sidecar}/${cluster}`, { sidecar, cluster });
  }

  dropSidecarIn({ sidecar, cluster }: SidecarClusterRecord): void {
    this.sidecarClusters.get(sidecar)?.delete(cluster);
    this.changes.sidecarClusters.set(`${sidecar}/${cluster}`, { sidecar, cluster });
  }

  putTarget(target: TargetRecord): void {
    let byCluster = this.targets.get(target.application);
    if (!byCluster) this.targets.set(target.application, (byCluster = new Map<string, TargetRecord>()));
    byCluster.set(target.cluster, target);
  }

  touchTarget(target: TargetRecord, position: number): void {
    target.position = position;
    const { application, cluster } = target;
    this.changes.targets.set(`${application}/${cluster}`, { application, cluster });
  }

  /** Who owes the deletion of a Namespace that Keelson made; of several the first. */
  holderOfOwed(cluster: string, namespace: string): TargetRecord | undefined {
    const [application] = [...(this.owedNamespaces.get(`${cluster} ${namespace}`) ?? [])].sort();
    return application === undefined ? undefined : this.target(application, cluster);
  }

  dropTarget(target: TargetRecord, position: number): void {
    for (const key of [...target.inventory.keys()]) this.dropInventory(target, key);
    this.touchTarget(target, position);
    this.targets.get(target.application)?.delete(target.cluster);
  }

  putInventory(target: TargetRecord, key: string, entry: InventoryEntry): void {
    this.noteNamespace(target, target.inventory.get(key), entry);
    target.inventory.set(key, entry);
    this.touchInventory(target, key);
  }

  dropInventory(target: TargetRecord, key: string): void {
    this.noteNamespace(target, target.inventory.get(key), undefined);
    target.inventory.delete(key);
    this.touchInventory(target, key);
  }

  private noteNamespace(
    { application, cluster }: TargetRecord,
    before: InventoryEntry | undefined,
    after: InventoryEntry | undefined,
  ): void {
    const { made, ref } = after ?? before ?? {};
    if (!made || !ref) return;
    const place = `${cluster} ${ref.name}`;
    const holders = this.owedNamespaces.get(place) ?? new Set<string>();
    if (after && !after.wanted) holders.add(application);
    else holders.delete(application);
    if (holders.size > 0) this.owedNamespaces.set(place, holders);
    else this.owedNamespaces.delete(place);
  }

  private touchInventory({ application, cluster }: TargetRecord, key: string): void {
    this.changes.inventory.set(`${application}/${cluster} ${key}`, { application, cluster, key });
  }
}

import type {
  ApplicationEvent,
  ClusterEvent,
  DependencyEvent,
  HoldEvent,
  NodeEvent,
  NodeRepairEvent,
  NodeRepairPolicyEvent,
  ReleaseEvent,
  RunEvent,
  SidecarEvent,
  SidecarReleaseEvent,
  TargetEvent,
  WebhookEvent,
  WindowEvent,
} from '@keelson/domain';

/** What the fleet is folded from, by the part of it that an event belongs to. */
export interface FleetEvents {
  readonly cluster: ClusterEvent;
  readonly application: ApplicationEvent;
  readonly release: ReleaseEvent;
  readonly run: RunEvent;
  readonly target: TargetEvent;
  readonly hold: HoldEvent;
  readonly window: WindowEvent;
  readonly dependencies: DependencyEvent;
  readonly sidecar: SidecarEvent;
  readonly sidecarRelease: SidecarReleaseEvent;
  readonly node: NodeEvent;
  readonly nodeRepair: NodeRepairEvent;
  readonly nodeRepairPolicy: NodeRepairPolicyEvent;
  readonly webhook: WebhookEvent;
}

/** The compiler refuses to go on when the domain has a type that is missing here, or lacks one. */
type PartOfType = {
  readonly [Part in keyof FleetEvents as FleetEvents[Part]['type']]: Part;
};

export const PART_OF: PartOfType = {
  ClusterRegistered: 'cluster',
  ClusterLabelsChanged: 'cluster',
  ClusterConnectionChanged: 'cluster',
  ClusterConnected: 'cluster',
  ClusterUnreachable: 'cluster',
  ClusterForgotten: 'cluster',

  ApplicationDefined: 'application',
  ApplicationRedefined: 'application',
  ApplicationScaled: 'application',
  ReleaseRequested: 'application',
  ApplicationDeleted: 'application',

  ReleaseFrozen: 'release',

  RunCreated: 'run',
  MembershipChanged: 'run',
  StageStarted: 'run',
  GateStarted: 'run',
  MeasurementTaken: 'run',
  GatePassed: 'run',
  GateFailed: 'run',
  GateInconclusive: 'run',
  GateRetried: 'run',
  ClusterStarted: 'run',
  BatchReached: 'run',
  BatchLost: 'run',
  BatchAdvanced: 'run',
  ClusterSucceeded: 'run',
  ClusterFailed: 'run',
  ClusterRetried: 'run',
  ClusterSetAside: 'run',
  ClusterReturned: 'run',
  ClusterSkipped: 'run',
  ClusterRollbackStarted: 'run',
  ClusterRolledBack: 'run',
  StagePromoted: 'run',
  StageSkipped: 'run',
  StageSucceeded: 'run',
  RunWaiting: 'run',
  RunOverridden: 'run',
  RunPaused: 'run',
  RunResumed: 'run',
  RunRollbackStarted: 'run',
  RunSucceeded: 'run',
  RunFailed: 'run',
  RunRolledBack: 'run',
  RunSuperseded: 'run',
  RunAborted: 'run',

  PlanApplied: 'target',
  ObjectsMade: 'target',
  ApplyFailed: 'target',
  HealthChanged: 'target',
  DriftDetected: 'target',
  DriftCorrected: 'target',
  DriftFlapping: 'target',
  DriftSettled: 'target',
  ObjectsPruned: 'target',
  DeletesDelayed: 'target',
  StrayFound: 'target',
  ServiceSwitched: 'target',
  IdleColourRetired: 'target',

  HoldPlaced: 'hold',
  HoldReleased: 'hold',

  WindowDefined: 'window',
  WindowDeleted: 'window',

  DependenciesChanged: 'dependencies',

  SidecarDefined: 'sidecar',
  SidecarRedefined: 'sidecar',
  SidecarReleaseRequested: 'sidecar',
  SidecarDeleted: 'sidecar',

  SidecarReleaseFrozen: 'sidecarRelease',

  NodeReady: 'node',
  NodeNotReady: 'node',
  NodeGone: 'node',

  NodeRepairStarted: 'nodeRepair',
  NodeCordoned: 'nodeRepair',
  NodeEvictionsHeld: 'nodeRepair',
  NodePodsForceDeleted: 'nodeRepair',
  NodeDrained: 'nodeRepair',
  NodeRepairRequestBegun: 'nodeRepair',
  NodeRepairRequestFailed: 'nodeRepair',
  NodeRepairRequested: 'nodeRepair',
  NodeRepaired: 'nodeRepair',
  NodeRepairCancelled: 'nodeRepair',
  NodeCordonLifted: 'nodeRepair',
  NodeUncordoned: 'nodeRepair',
  NodeRepairEnded: 'nodeRepair',
  RepairsHalted: 'nodeRepair',
  RepairsCalm: 'nodeRepair',
  RepairsResumed: 'nodeRepair',

  NodeRepairPolicyDefined: 'nodeRepairPolicy',
  NodeRepairPolicyDeleted: 'nodeRepairPolicy',

  WebhookDefined: 'webhook',
  WebhookDeleted: 'webhook',
  WebhookReplayRequested: 'webhook',
  WebhookRedeliveryRequested: 'webhook',
};

/**
 * The types of event that the fold knows. It leaves any other out of the read model without a word, so a process
 * must not start on a log that has one.
 */
export const FLEET_EVENT_TYPES: ReadonlySet<string> = new Set(Object.keys(PART_OF));

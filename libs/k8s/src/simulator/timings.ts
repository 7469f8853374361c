/** How long things take in a simulated cluster; milliseconds. */
export interface SimulatorTimings {
  /** From a pod's binding to its containers being Ready. */
  readonly podStartMs: number;
  /** From a pod's deletion to its disappearance. */
  readonly podStopMs: number;
  /** How long a Job's pod runs. */
  readonly jobRunMs: number;
  /** How long the silence of a kubelet, or the lack of a node that pods are bound to, is borne. */
  readonly nodeGraceMs: number;
  /** How long a pod without tolerations of its own bears a node that is not Ready; counted in whole seconds. */
  readonly nodeTolerationMs: number;
  /** From a CRD's creation to its API being served. */
  readonly crdEstablishMs: number;
  /** Between bookmarks of a watch that asked for them. */
  readonly bookmarkEveryMs: number;
  /** The least time that a watch without timeoutSeconds is kept; the most is twice that. */
  readonly watchTimeoutMs: number;
  /** How many changes of each type a watch may look back before it gets 410. */
  readonly historyLimit: number;
  /** How many changes all clusters of the process keep together; the oldest go first. */
  readonly historyTotal: number;
}

export const DEFAULT_TIMINGS: SimulatorTimings = {
  podStartMs: 50,
  podStopMs: 20,
  jobRunMs: 100,
  nodeGraceMs: 40_000,
  nodeTolerationMs: 300_000,
  crdEstablishMs: 20,
  bookmarkEveryMs: 60_000,
  watchTimeoutMs: 1_800_000,
  historyLimit: 1_000,
  historyTotal: 50_000,
};

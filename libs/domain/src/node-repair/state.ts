/** One node under repair. Times are milliseconds since the epoch. */
export interface NodeRepair {
  readonly repair: string;
  readonly node: string;
  readonly uid: string;
  readonly why: string;
  readonly policy?: string;
  readonly by?: string;
  readonly startedAt: number;
  readonly cordon?: 'ours' | 'other';
  readonly cordonedAt?: number;
  /** What holds it, its evictions above all, or held it last. */
  readonly held?: string;
  readonly drainedAt?: number;
  /** The repair system was called, or is about to be, and it is not known that it did not hear. */
  readonly requesting?: true;
  /** Why the repair system could not be told, when it last could not. */
  readonly requestError?: string;
  readonly requestedAt?: number;
  readonly repairedAt?: number;
  readonly cancelled?: 'Person' | 'Policy';
}

export interface RepairsHalt {
  readonly policy: string;
  readonly unhealthy: number;
  readonly nodes: number;
  readonly allowed: number;
  readonly since: number;
  /** Since when no more than allowed are faulty; none while the storm lasts. */
  readonly calmSince?: number;
}

export interface EndedRepair {
  readonly repair: string;
  readonly at: number;
  /** Cancelled: what it was begun for is not to be repaired. */
  readonly byPerson?: true;
}

/** All repairs of one cluster: one stream, so that two workers together can never begin more than one alone. */
export interface NodeRepairs {
  /** Ever begun: what the next one is numbered by. */
  readonly begun: number;
  /** Under way, by node. */
  readonly repairs: Readonly<Record<string, NodeRepair>>;
  /** By policy. */
  readonly halts: Readonly<Record<string, RepairsHalt>>;
  /** The repair of each node that ended last: whose cordon is not wanted any more, however late it shows. */
  readonly ended: Readonly<Record<string, EndedRepair>>;
}

/** The repair system may be at work on the machine. */
export const isHandedOver = ({ requesting, requestedAt }: NodeRepair): boolean =>
  requesting === true || requestedAt !== undefined;

export type RepairPhase = 'Cordoning' | 'Draining' | 'Requesting' | 'Repairing' | 'Returning';

/** For people; what is done next follows from the observation as well. */
export const phaseOfRepair = (repair: NodeRepair, asks: boolean): RepairPhase => {
  if (repair.cancelled || repair.repairedAt !== undefined) return 'Returning';
  if (repair.cordon === undefined) return 'Cordoning';
  if (repair.drainedAt === undefined) return 'Draining';
  return asks && repair.requestedAt === undefined ? 'Requesting' : 'Repairing';
};

import type { RecordedEvent } from '@keelson/event-store';
import { awaitsReturn, wholePace, type Run, type RunCluster, type RunEvent } from '@keelson/domain';
import { recolour, settleColoursOf } from './colours';
import type { Fleet } from './fleet';
import { isUnderWay } from './join-sidecars';
import type { Moment, TargetRecord } from './model';
import type { Planner } from './planner';

type RecordedRunEvent = Omit<RecordedEvent, 'type' | 'data'> & RunEvent;

/** What a run's decision about one cluster changes in what is wanted there. */
export const moveTarget = async (fleet: Fleet, planner: Planner, event: RecordedRunEvent): Promise<void> => {
  if (!('cluster' in event.data)) return;
  const { application, cluster, run } = event.data;
  const target = fleet.target(application, cluster);
  if (!target || target.removing) return;
  switch (event.type) {
    case 'ClusterStarted':
    case 'ClusterRollbackStarted':
      await recolour(planner, target, event.data, event, event.type === 'ClusterRollbackStarted');
      target.release = event.data.release;
      target.run = run;
      target.pace = event.data.pace;
      delete target.back;
      if (event.type === 'ClusterRollbackStarted') target.back = true;
      return planner.plan(target, event, 'anew');
    case 'BatchAdvanced':
      if (target.release) await recolour(planner, target, { ...event.data, release: target.release }, event);
      target.pace = event.data.pace;
      return planner.plan(target, event, 'anew');
    case 'ClusterRetried':
      if (target.run === run) await planner.plan(target, event, 'anew');
      return;
    case 'ClusterSucceeded':
    case 'ClusterRolledBack':
      if (target.run === run) await arrive(fleet, planner, target, event);
      return;
    default: // The others say something of the run, and leave the target's plan as it is.
  }
};

/**
 * The cluster has its release wholly. Its plan stays as it is, at the whole of a share nothing was held back; unless a
 * sidecar's run has been waiting for the application's to leave.
 */
const arrive = async (
  fleet: Fleet,
  planner: Planner,
  target: TargetRecord,
  moment: Moment,
): Promise<void> => {
  if (target.release) target.stable = target.release;
  settleColoursOf(target, moment);
  delete target.pace;
  delete target.back;
  fleet.touchTarget(target, moment.position);
  await planner.plan(target, moment);
};

/**
 * A cluster that the last run to succeed did not wait for (it was set aside, or its failure was tolerated) arrives when
 * it is well, though no run is left to say so: a later one takes it back to this release, and not to the one before.
 */
export const arriveLate = async (
  fleet: Fleet,
  planner: Planner,
  target: TargetRecord,
  moment: Moment,
): Promise<void> => {
  const { application, generation, health, pace, release, run } = target;
  const isWell = health?.generation === generation && health.status === 'Current';
  if (!isWell || pace?.share !== '100%' || isUnderWay(fleet, run)) return;
  if (release === fleet.applications.get(application)?.settledRelease)
    await arrive(fleet, planner, target, moment);
};

/**
 * A run that is over does not keep sidecars from the clusters that have all of their release, whatever became of them:
 * also not from those that it never came to, and that an earlier run had left with its pace.
 */
export const letGo = async (fleet: Fleet, planner: Planner, run: Run, moment: Moment): Promise<void> => {
  for (const target of fleet.targetsOf(run.application)) {
    if (target.pace && target.sidecars) await planner.plan(target, moment);
  }
};

/**
 * What a run that succeeded leaves: the release that clusters get which join later, could not be reached, or came (or
 * left and came back) so late that the run never knew.
 */
export const settle = async (fleet: Fleet, planner: Planner, run: Run, moment: Moment): Promise<void> => {
  const owner = fleet.applications.get(run.application);
  if (!owner) return;
  owner.settledRelease = run.release;
  fleet.changes.applications.add(run.application);
  const members = new Map(
    run.stages.flatMap(({ clusters }) => clusters.map((member) => [member.name, member])),
  );
  for (const target of fleet.targetsOf(run.application)) {
    if (target.removing || !isOwed(target, run, members.get(target.cluster))) continue;
    const pace = wholePace(run.strategy);
    await recolour(planner, target, { release: run.release, pace }, moment);
    target.release = run.release;
    delete target.back;
    target.pace = pace;
    await planner.plan(target, moment, 'anew');
  }
  for (const target of fleet.targetsOf(run.application)) await arriveLate(fleet, planner, target, moment);
};

const isOwed = ({ release }: TargetRecord, run: Run, member: RunCluster | undefined): boolean =>
  (member && awaitsReturn(member)) || (member?.phase !== 'Skipped' && release !== run.release);

import type { RunEvent } from '../events';
import type { Run, RunStage } from '../state';

/** What an event changes in the course of the run: whether it waits, is paused, goes back or is over. */
export const foldCourse = (run: Run, event: RunEvent): Run => {
  switch (event.type) {
    case 'RunWaiting':
      return { ...run, waiting: event.data.for };
    case 'RunOverridden':
      return { ...run, override: override(event.data) };
    case 'RunPaused':
      return {
        ...run,
        paused: { reason: event.data.reason, message: event.data.message },
        reason: event.data.message,
      };
    case 'RunResumed': {
      const { paused: _paused, reason: _reason, ...rest } = run;
      return { ...rest, stages: accept(run.stages, new Set(event.data.accepted)) };
    }
    case 'RunRollbackStarted': {
      const { paused: _, ...rest } = run;
      const { message, passed = [] } = event.data;
      return { ...rest, rollingBack: { message, passed }, reason: message };
    }
    case 'RunFailed':
      return { ...run, waiting: [], reason: event.data.message };
    case 'RunSucceeded':
    case 'RunRolledBack':
      return { ...run, waiting: [] };
    case 'RunSuperseded':
      return { ...run, waiting: [], reason: `superseded by ${event.data.by}` };
    case 'RunAborted':
      return {
        ...run,
        waiting: [],
        reason: whyAborted(event.data),
      };
    default:
      return run;
  }
};

const whyAborted = ({ reason, by, why }: Extract<RunEvent, { type: 'RunAborted' }>['data']): string => {
  if (reason === 'ApplicationDeleted') return 'the application was deleted';
  if (reason === 'SidecarDeleted') return 'the sidecar was deleted';
  return `aborted by ${by ?? 'somebody'}${why ? `: ${why}` : ''}`;
};

/** Failures that a person accepted do not count any more. */
const accept = (stages: readonly RunStage[], names: ReadonlySet<string>): readonly RunStage[] =>
  names.size === 0
    ? stages
    : stages.map((stage) => ({
        ...stage,
        clusters: stage.clusters.map((cluster) =>
          names.has(cluster.name) ? { ...cluster, accepted: true } : cluster,
        ),
      }));

const override = ({
  by,
  why,
  kinds,
}: Extract<RunEvent, { type: 'RunOverridden' }>['data']): NonNullable<Run['override']> => ({
  by,
  reason: why ?? '',
  ...(kinds ? { kinds } : {}),
});

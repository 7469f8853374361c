import type { RunEvent } from '../events';
import { clusterIn, reopen, setCluster } from '../stages';
import type { Run } from '../state';

/** What an event changes in a cluster; some open its stage again. */
export const foldCluster = (run: Run, event: RunEvent): Run => {
  switch (event.type) {
    case 'ClusterStarted':
      return setCluster(run, event.data, {
        phase: 'Progressing',
        from: event.data.from,
        batch: event.data.pace.batch,
        startedAt: Date.parse(event.data.at),
        reachedAt: undefined,
        lostAt: undefined,
        message: undefined,
      });
    case 'BatchReached':
      // Its pause counts from the first time: what was lost and found again in between does not start it anew.
      return setCluster(run, event.data, {
        reachedAt: clusterIn(run, event.data)?.reachedAt ?? Date.parse(event.data.at),
        lostAt: undefined,
        retried: undefined,
        message: undefined,
      });
    case 'BatchLost':
      return setCluster(run, event.data, {
        lostAt: Date.parse(event.data.at),
        message: event.data.message,
      });
    case 'BatchAdvanced':
      return setCluster(run, event.data, {
        batch: event.data.pace.batch,
        startedAt: Date.parse(event.data.at),
        reachedAt: undefined,
        lostAt: undefined,
        retried: undefined,
      });
    case 'ClusterSucceeded':
      return setCluster(run, event.data, {
        phase: 'Succeeded',
        lostAt: undefined,
        retried: undefined,
        accepted: undefined,
        message: undefined,
      });
    case 'ClusterFailed':
      return setCluster(run, event.data, {
        phase: 'Failed',
        failedFor: event.data.reason,
        retried: undefined,
        message: event.data.message,
      });
    case 'ClusterRetried': {
      // Forward it waits for its turn like any other, so that a retry of many keeps to maxConcurrency.
      const goingBack = run.rollingBack !== undefined;
      return setCluster(goingBack ? run : reopen(run, event.data.stage), event.data, {
        phase: goingBack ? 'RollingBack' : 'Pending',
        ...(goingBack ? { startedAt: Date.parse(event.data.at) } : {}),
        retried: true,
        accepted: undefined,
        message: undefined,
      });
    }
    case 'ClusterSetAside':
      return setCluster(run, event.data, { phase: 'SetAside', message: event.data.message });
    case 'ClusterReturned':
      return setCluster(reopen(run, event.data.stage), event.data, {
        phase: 'Pending',
        accepted: undefined,
        message: undefined,
      });
    case 'ClusterSkipped':
      return setCluster(run, event.data, {
        phase: 'Skipped',
        accepted: undefined,
        message: event.data.why,
      });
    case 'ClusterRollbackStarted':
      return setCluster(run, event.data, {
        phase: 'RollingBack',
        batch: event.data.pace.batch,
        startedAt: Date.parse(event.data.at),
        reachedAt: undefined,
        lostAt: undefined,
        retried: undefined,
        accepted: undefined,
        message: undefined,
      });
    case 'ClusterRolledBack':
      return setCluster(run, event.data, { phase: 'RolledBack', message: undefined });
    default:
      return run;
  }
};

import type { Strategy } from '../strategy';
import type { Membership, RunEvent } from './events';
import type { Run, RunCluster, RunStage, RunState } from './state';

export const evolveRun = (state: RunState, event: RunEvent): RunState => {
  if (event.type === 'RunCreated') {
    const { run, application, release, version, revision, strategy } = event.data;
    return {
      exists: true,
      run,
      application,
      release,
      version,
      revision,
      strategy,
      phase: 'Pending',
      stages: emptyStages(strategy),
    };
  }
  if (!state.exists) return state;
  switch (event.type) {
    case 'MembershipChanged':
      return { ...state, stages: changeMembers(state.stages, event.data.joined, event.data.left) };
    case 'StageStarted':
      return {
        ...state,
        phase: 'Progressing',
        stages: setStage(state.stages, event.data.stage, 'Progressing'),
      };
    case 'ClusterStarted':
      return setCluster(state, event.data, { phase: 'Progressing', startedAt: Date.parse(event.data.at) });
    case 'ClusterSucceeded':
      return setCluster(state, event.data, { phase: 'Succeeded', message: undefined });
    case 'ClusterFailed':
      return setCluster(state, event.data, { phase: 'Failed', message: event.data.message });
    case 'StageSucceeded':
      return { ...state, stages: setStage(state.stages, event.data.stage, 'Succeeded') };
    case 'RunPaused':
      return { ...state, phase: 'Paused', reason: event.data.message };
    case 'RunResumed': {
      const { reason: _, ...rest } = state;
      return { ...rest, phase: 'Progressing' };
    }
    case 'RunSucceeded':
      return { ...state, phase: 'Succeeded' };
    case 'RunSuperseded':
      return { ...state, phase: 'Superseded', reason: `superseded by ${event.data.by}` };
    case 'RunAborted':
      return { ...state, phase: 'Aborted', reason: 'the application was deleted' };
    default:
      return state;
  }
};

const emptyStages = (strategy: Strategy): RunStage[] =>
  strategy.stages.map(({ name }) => ({ name, phase: 'Pending', clusters: [] }));

/** A cluster that joins a stage which had already succeeded opens it again. */
const changeMembers = (
  stages: readonly RunStage[],
  joined: readonly Membership[],
  left: readonly string[],
): RunStage[] => {
  const gone = new Set(left);
  const known = new Set(stages.map(({ name }) => name));
  const added: RunStage[] = [...new Set(joined.map(({ stage }) => stage))]
    .filter((name) => !known.has(name))
    .map((name) => ({ name, phase: 'Pending', clusters: [] }));
  return [...stages, ...added].map((stage) => {
    const arrivals: RunCluster[] = joined
      .filter((member) => member.stage === stage.name)
      .map(({ cluster }) => ({ name: cluster, phase: 'Pending' }));
    return {
      ...stage,
      phase: arrivals.length > 0 && stage.phase === 'Succeeded' ? 'Progressing' : stage.phase,
      clusters: [...stage.clusters.filter(({ name }) => !gone.has(name)), ...arrivals],
    };
  });
};

const setStage = (stages: readonly RunStage[], name: string, phase: RunStage['phase']): RunStage[] =>
  stages.map((stage) => (stage.name === name ? { ...stage, phase } : stage));

const setCluster = (
  state: Run,
  at: { stage: string; cluster: string },
  change: Partial<RunCluster>,
): Run => ({
  ...state,
  stages: state.stages.map((stage) =>
    stage.name === at.stage
      ? {
          ...stage,
          clusters: stage.clusters.map((cluster) =>
            cluster.name === at.cluster ? { ...cluster, ...change } : cluster,
          ),
        }
      : stage,
  ),
});

import type { Run, RunCluster, RunStage } from '../state';

export interface Member {
  readonly stage: string;
  readonly cluster: RunCluster;
}

export const members = ({ stages }: Run): Member[] =>
  stages.flatMap(({ name: stage, clusters }) => clusters.map((cluster) => ({ stage, cluster })));

/** The stage that is named, or the first that is not through. */
export const stageToPromote = ({ stages }: Run, named?: string): RunStage | undefined =>
  stages.find((stage) => (named === undefined ? !isThrough(stage) : stage.name === named));

export const isThrough = ({ phase }: RunStage): boolean => phase === 'Succeeded' || phase === 'Skipped';

/** Failed clusters that another try can help: on the way back only those that have something to go back to. */
export const clustersToRetry = (run: Run, stage?: string, cluster?: string): Member[] =>
  members(run).filter(
    (member) =>
      member.cluster.phase === 'Failed' &&
      (run.rollingBack === undefined || member.cluster.from !== undefined) &&
      (stage === undefined || member.stage === stage) &&
      (cluster === undefined || member.cluster.name === cluster),
  );

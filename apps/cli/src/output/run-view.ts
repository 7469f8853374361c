import type { Run, RunCluster, RunGate, RunStage } from '../api/types';
import { bar } from './bar';
import { paintPhase, type Colours } from './colours';
import { gateName, gateWords, isOpenGate } from './gate-view';
import { counts, duration } from './text';

/**
 * A run as lines: a headline, then its stages with their gates and clusters. `rows` limits the height: a stage that is
 * finished or not begun gives up its clusters and gates first, because the eye looks for what moves or is broken.
 */
export const runLines = (run: Run, colours: Colours, now: number, rows = Infinity): string[] => {
  const head = headline(run, colours, now);
  const full = run.stages.flatMap((stage) => stageLines(stage, colours));
  if (head.length + full.length <= rows) return [...head, ...full];
  const brief = run.stages.flatMap((stage) => stageLines(stage, colours, true));
  const room = rows - head.length;
  if (brief.length <= room) return [...head, ...brief];
  return [...head, ...brief.slice(0, room - 1), colours.dim(`  … ${brief.length - room + 1} more lines`)];
};

const headline = (run: Run, colours: Colours, now: number): string[] => {
  const end = run.finishedAt === null ? now : Date.parse(run.finishedAt);
  const took = duration(end - Date.parse(run.startedAt));
  const kind = run.rollback ? ' (rollback)' : '';
  const { override } = run;
  return [
    `${colours.bold(`${run.application} ${run.version}`)}${kind}  ${run.id}  ${paintPhase(colours, run.phase)}  ${took}`,
    ...(run.reason ? [`  ${run.reason}`] : []),
    ...run.waiting.map(({ message }) => `  ${colours.yellow('waits')}: ${message}`),
    ...(override ? [`  overridden by ${override.by}: ${override.reason}`] : []),
  ];
};

const stageLines = (stage: RunStage, colours: Colours, brief = false): string[] => {
  const done = stage.clusters.filter(({ phase }) => phase === 'Succeeded').length;
  const whole = stage.clusters.length;
  const gates = brief ? stage.gates.filter(isOpenGate) : stage.gates;
  const clusters = brief ? stage.clusters.filter(isMoving) : stage.clusters;
  const linesOf = (side: string): string[] =>
    gates.filter((gate) => gate.side === side).map((gate) => gateLine(gate, colours));
  return [
    `  ${colours.bold(stage.name)}  ${paintPhase(colours, stage.phase)}  ${done}/${whole} clusters`,
    ...linesOf('before'),
    ...clusterLines(clusters, colours),
    ...linesOf('after'),
  ];
};

const isMoving = ({ phase }: RunCluster): boolean =>
  phase === 'Progressing' || phase === 'Failed' || phase === 'RollingBack';

const gateLine = (gate: RunGate, colours: Colours): string => {
  const words = gateWords(gate);
  return `    ${gateName(gate)}  ${paintPhase(colours, gate.phase)}${words ? `  ${words}` : ''}`;
};

const clusterLines = (clusters: readonly RunCluster[], colours: Colours): string[] => {
  const width = Math.max(0, ...clusters.map(({ name }) => name.length));
  return clusters.map((cluster) => {
    const name = cluster.name.padEnd(width);
    const why = cluster.message ? `  ${cluster.message}` : '';
    return `    ${name}  ${clusterBar(cluster, colours)}  ${paintPhase(colours, cluster.phase)}${why}`;
  });
};

const clusterBar = ({ phase, batch }: RunCluster, colours: Colours): string => {
  if (phase === 'Pending' || batch.desired === 0) return bar(colours, phase === 'Succeeded' ? 1 : 0, 1);
  const step = batch.of > 1 ? `batch ${batch.index}/${batch.of}, ` : '';
  return `${bar(colours, Math.min(batch.updated, batch.ready), batch.desired)} ${step}${counts(batch)}`;
};

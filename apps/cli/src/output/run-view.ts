import type { Run, RunCluster, RunStage } from '../api/types';
import { bar } from './bar';
import { paintPhase, type Colours } from './colours';
import { counts, duration } from './text';

/**
 * A run as lines: a headline, then its stages with their clusters. `rows` limits the height: a stage that is
 * finished or not begun gives up its clusters first, because the eye looks for what moves or is broken.
 */
export const runLines = (run: Run, colours: Colours, now: number, rows = Infinity): string[] => {
  const head = headline(run, colours, now);
  const full = run.stages.flatMap((stage) => [stageLine(stage, colours), ...clusterLines(stage, colours)]);
  if (head.length + full.length <= rows) return [...head, ...full];
  const brief = run.stages.flatMap((stage) => {
    const moving = stage.clusters.filter(({ phase }) => phase === 'Progressing' || phase === 'Failed');
    return [stageLine(stage, colours), ...clusterLines({ ...stage, clusters: moving }, colours)];
  });
  const room = rows - head.length;
  if (brief.length <= room) return [...head, ...brief];
  return [...head, ...brief.slice(0, room - 1), colours.dim(`  … ${brief.length - room + 1} more lines`)];
};

const headline = (run: Run, colours: Colours, now: number): string[] => {
  const end = run.finishedAt === null ? now : Date.parse(run.finishedAt);
  const took = duration(end - Date.parse(run.startedAt));
  return [
    `${colours.bold(`${run.application} ${run.version}`)}  ${run.id}  ${paintPhase(colours, run.phase)}  ${took}`,
    ...(run.reason ? [`  ${run.reason}`] : []),
  ];
};

const stageLine = (stage: RunStage, colours: Colours): string => {
  const done = stage.clusters.filter(({ phase }) => phase === 'Succeeded').length;
  const whole = stage.clusters.length;
  return `  ${colours.bold(stage.name)}  ${paintPhase(colours, stage.phase)}  ${done}/${whole} clusters`;
};

const clusterLines = (stage: RunStage, colours: Colours): string[] => {
  const width = Math.max(0, ...stage.clusters.map(({ name }) => name.length));
  return stage.clusters.map((cluster) => {
    const name = cluster.name.padEnd(width);
    const why = cluster.message ? `  ${cluster.message}` : '';
    return `    ${name}  ${clusterBar(cluster, colours)}  ${paintPhase(colours, cluster.phase)}${why}`;
  });
};

const clusterBar = ({ phase, batch }: RunCluster, colours: Colours): string => {
  if (phase === 'Pending' || batch.desired === 0) return bar(colours, phase === 'Succeeded' ? 1 : 0, 1);
  return `${bar(colours, Math.min(batch.updated, batch.ready), batch.desired)} ${counts(batch)}`;
};

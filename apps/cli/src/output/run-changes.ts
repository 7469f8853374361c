import type { Run } from '../api/types';

/** What waits is not news: the first look would print the whole fleet. */
const UNTOLD = 'Pending';

/** Plain lines for an output that cannot be drawn over: what changed between two looks at a run. */
export const runChanges = (before: Run | undefined, now: Run): string[] => {
  const lines: string[] = [];
  if (before?.phase !== now.phase) {
    const head = before ? `run ${now.id}` : `run ${now.id} (${now.application} ${now.version})`;
    lines.push(`${head}: ${now.phase}${now.reason ? `: ${now.reason}` : ''}`);
  }
  const known = phasesOf(before);
  for (const stage of now.stages) {
    if ((known.get(stage.name) ?? UNTOLD) !== stage.phase) lines.push(`stage ${stage.name}: ${stage.phase}`);
    for (const { name, phase, message } of stage.clusters) {
      if ((known.get(`${stage.name}/${name}`) ?? UNTOLD) === phase) continue;
      lines.push(`${stage.name}/${name}: ${phase}${message ? `: ${message}` : ''}`);
    }
  }
  return lines;
};

const phasesOf = (run: Run | undefined): Map<string, string> =>
  new Map(
    (run?.stages ?? []).flatMap(({ name: stage, phase, clusters }) => [
      [stage, phase],
      ...clusters.map((cluster): [string, string] => [`${stage}/${cluster.name}`, cluster.phase]),
    ]),
  );

import type { Run } from '../api/types';

/** What waits is not news: the first look would print the whole fleet. */
const UNTOLD = 'Pending';

/** Plain lines for an output that cannot be drawn over: what changed between two looks at a run. */
export const runChanges = (before: Run | undefined, now: Run): string[] => {
  const known = phasesOf(before);
  const parts = now.stages.map((stage) => {
    const news = stage.clusters
      .filter(({ name, phase }) => (known.get(`${stage.name}/${name}`) ?? UNTOLD) !== phase)
      .map(({ name, phase, message }) => `${stage.name}/${name}: ${phase}${message ? `: ${message}` : ''}`);
    const told = (known.get(stage.name) ?? UNTOLD) === stage.phase;
    return told ? news : inOrder(`stage ${stage.name}: ${stage.phase}`, news, stage.phase);
  });
  const lines = parts.flat();
  if (before?.phase === now.phase) return lines;
  const head = before ? `run ${now.id}` : `run ${now.id} (${now.application} ${now.version})`;
  return inOrder(`${head}: ${now.phase}${now.reason ? `: ${now.reason}` : ''}`, lines, now.phase);
};

/** A whole begins before its parts and ends after them. */
const inOrder = (whole: string, parts: readonly string[], phase: string): string[] =>
  phase === 'Pending' || phase === 'Progressing' ? [whole, ...parts] : [...parts, whole];

const phasesOf = (run: Run | undefined): Map<string, string> =>
  new Map(
    (run?.stages ?? []).flatMap(({ name: stage, phase, clusters }) => [
      [stage, phase],
      ...clusters.map((cluster): [string, string] => [`${stage}/${cluster.name}`, cluster.phase]),
    ]),
  );

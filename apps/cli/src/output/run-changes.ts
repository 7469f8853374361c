import type { Run, RunStage } from '../api/types';
import { gateName, gateWords } from './gate-view';

/** What waits is not news: the first look would print the whole fleet. */
const UNTOLD = 'Pending';

/** Plain lines for an output that cannot be drawn over: what changed between two looks at a run. */
export const runChanges = (before: Run | undefined, now: Run): string[] => {
  const known = phasesOf(before);
  const parts = now.stages.map((stage) => {
    const news = stageNews(stage, known);
    const told = (known.get(stage.name) ?? UNTOLD) === stage.phase;
    return told ? news : inOrder(`stage ${stage.name}: ${stage.phase}`, news, stage.phase);
  });
  const lines = [...parts.flat(), ...waitingNews(before, now)];
  if (before?.phase === now.phase) return lines;
  const head = before ? `run ${now.id}` : `run ${now.id} (${now.application} ${now.version})`;
  return inOrder(`${head}: ${now.phase}${now.reason ? `: ${now.reason}` : ''}`, lines, now.phase);
};

const stageNews = (
  { name: stage, gates, clusters }: RunStage,
  known: ReadonlyMap<string, string>,
): string[] => {
  const isNews = (key: string, phase: string): boolean => (known.get(key) ?? UNTOLD) !== phase;
  const gateNews = gates.flatMap((gate, index) => {
    if (!isNews(gateKey(stage, index), gate.phase)) return [];
    const words = gateWords(gate);
    return [`${stage}, ${gateName(gate)}: ${gate.phase}${words ? `: ${words}` : ''}`];
  });
  const clusterNews = clusters
    .filter(({ name, phase }) => isNews(`${stage}/${name}`, phase))
    .map(({ name, phase, message }) => `${stage}/${name}: ${phase}${message ? `: ${message}` : ''}`);
  return [...gateNews, ...clusterNews];
};

/** By what waits for, and not by its words, as the server has it too. */
const waitingNews = (before: Run | undefined, now: Run): string[] => {
  const known = new Set(before?.waiting.map(({ kind, id }) => `${kind}/${id}`));
  const news = now.waiting.filter(({ kind, id }) => !known.has(`${kind}/${id}`));
  const ended = known.size > 0 && now.waiting.length === 0 ? [`run ${now.id} waits no more`] : [];
  return [...news.map(({ message }) => `run ${now.id} waits: ${message}`), ...ended];
};

/** A whole begins before its parts and ends after them. */
const inOrder = (whole: string, parts: readonly string[], phase: string): string[] =>
  phase === 'Pending' || phase === 'Progressing' ? [whole, ...parts] : [...parts, whole];

const gateKey = (stage: string, index: number): string => `${stage}#${index}`;

const phasesOf = (run: Run | undefined): Map<string, string> =>
  new Map(
    (run?.stages ?? []).flatMap(({ name: stage, phase, gates, clusters }) => [
      [stage, phase],
      ...gates.map((gate, index): [string, string] => [gateKey(stage, index), gate.phase]),
      ...clusters.map((cluster): [string, string] => [`${stage}/${cluster.name}`, cluster.phase]),
    ]),
  );

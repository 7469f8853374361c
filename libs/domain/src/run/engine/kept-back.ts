import type { Blocker } from '../blockers';
import type { Observation } from '../commands';
import type { Run } from '../state';
import type { Step } from './step';
import { isHeldBack } from './verdict';

/** What stops this run at a cluster; an override takes away what it passes. */
export const blockersFor = ({ override }: Run, seen: Observation | undefined): readonly Blocker[] =>
  (seen?.blockers ?? []).filter(
    ({ kind }) => !override || (override.kinds !== undefined && !override.kinds.includes(kind)),
  );

/** Each once, in an order that does not depend on the order of the fleet. */
export const distinct = (blockers: Iterable<Blocker>): Blocker[] => {
  const byIdentity = new Map<string, Blocker>();
  for (const blocker of blockers) byIdentity.set(identityOf(blocker), blocker);
  return [...byIdentity].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, blocker]) => blocker);
};

/** Not the message: it may count minutes, and every new minute would be an event. */
export const identityOf = ({ kind, id }: Blocker): string => `${kind}/${id}`;

/** True when something stops the run at this cluster; the run then says what it waits for. */
export const isKeptBack = (step: Step, cluster: string): boolean => {
  const blockers = blockersFor(step.run, step.seen.get(cluster));
  for (const blocker of blockers) step.keptBack.set(identityOf(blocker), blocker);
  return blockers.length > 0;
};

/** A cluster that waits for other runs to go on in it. */
export const noteHeldBack = (step: Step, seen: Observation): void => {
  if (!isHeldBack(seen)) return;
  for (const blocker of seen.heldBack ?? []) step.keptBack.set(identityOf(blocker), blocker);
};

/** A run that waits says for what, and says when it does not wait any more. */
export const sayWaiting = (step: Step): void => {
  const waiting = distinct(step.keptBack.values());
  const known = step.run.waiting.map(identityOf).join();
  if (waiting.map(identityOf).join() !== known) step.emit('RunWaiting', { for: waiting });
};

/** A run back to an earlier release passes windows, and the log says which. */
export const passWindows = (step: Step): void => {
  if (!step.run.rollback || step.run.override) return;
  const ahead = step.run.stages
    .flatMap(({ clusters }) => clusters)
    .filter(({ phase }) => phase === 'Pending' || phase === 'Progressing');
  const windows = ahead
    .flatMap(({ name }) => step.seen.get(name)?.blockers ?? [])
    .filter(({ kind }) => kind === 'Window');
  if (windows.length === 0) return;
  step.emit('RunOverridden', {
    by: 'rollback',
    why: 'a rollback passes windows',
    passed: distinct(windows),
    kinds: ['Window'],
  });
};

import { describeRef, keyOf, refOf, sameJson, type KubeObject } from '@keelson/domain';
import { isKept, stepInColours, twoColoursIn } from './blue-green';
import { driverFor } from './driver-for';
import { isUnderWay } from './in-place';
import { isHeld, marked } from './marks';
import type { BatchProgress, BatchTarget, ChildPatch, ChildRemoval, DriverStep, WorkloadView } from './types';

/** What is to be in the cluster now, and how far it is. */
export interface Driven {
  /** In the order of the plan: each planned object, or what stands in for it. */
  readonly objects: readonly KubeObject[];
  /** Keys (`keyOf`) of workloads that are held back, or still are in the cluster although the plan is due. */
  readonly held: ReadonlySet<string>;
  readonly patches: readonly ChildPatch[];
  /** Pods to be deleted, by uid and resourceVersion, because their controller never gets to them. */
  readonly removals: readonly ChildRemoval[];
  /** Of all workloads together; undefined without a target or without workloads. */
  readonly progress?: BatchProgress;
  /** Why the plan cannot be followed in the way that the strategy wants; then nothing is to be applied. */
  readonly refused?: string;
}

/**
 * Takes the workloads of a plan as far as a batch allows, each by its own share. Without a target it is the plan as it
 * is, and nobody is asked for a view. Pure; `unknown` as soon as one view is.
 */
export const drive = (
  planned: readonly KubeObject[],
  target: BatchTarget | undefined,
  viewOf: (object: KubeObject) => WorkloadView | 'unknown',
): Driven | 'unknown' => {
  const objects: KubeObject[] = [];
  const held = new Set<string>();
  const steps: (DriverStep & { readonly of: KubeObject })[] = [];
  const colours = target && twoColoursIn(planned, viewOf);
  if (colours === 'unknown') return 'unknown';
  for (const object of planned) {
    const driver = driverFor(object);
    const whole = driver ? marked(object) : object;
    const isSteered = driver !== undefined || object === colours?.service;
    if (!target || !isSteered) {
      objects.push(whole);
      continue;
    }
    const view = viewOf(object);
    if (view === 'unknown') return 'unknown';
    const step =
      (colours && stepInColours(colours, object, target, driver)) ?? driver?.step(object, target, view);
    objects.push(step?.object ?? whole);
    if (!step) continue;
    steps.push({ ...step, of: object });
    if (isAway(view) || !sameJson(step.object, whole)) held.add(keyOf(refOf(object)));
  }
  const counted = steps.filter(({ of }) => !isKept(of));
  const refused = steps.find((step) => step.refused !== undefined)?.refused;
  return {
    objects,
    held,
    patches: steps.flatMap(({ patches }) => patches),
    removals: steps.flatMap(({ removals = [] }) => removals),
    ...(counted.length > 0 ? { progress: together(counted) } : {}),
    ...(refused === undefined ? {} : { refused }),
  };
};

/** The live object is not as the plan has it, because a batch held it back. */
const isAway = ({ live }: WorkloadView): boolean => live !== undefined && (isHeld(live) || isUnderWay(live));

/** All workloads as one; what is said is about those that are waited for. */
const together = (steps: readonly (DriverStep & { readonly of: KubeObject })[]): BatchProgress => {
  const sum = (field: 'desired' | 'updated' | 'ready') =>
    steps.reduce((total, { progress }) => total + progress[field], 0);
  const reached = steps.every(({ progress }) => progress.reached);
  const told = reached ? steps : steps.filter(({ progress }) => !progress.reached);
  const message =
    steps.length === 1
      ? told.map(({ progress }) => progress.message)
      : told.map(({ progress, of }) => `${describeRef(refOf(of))}: ${progress.message}`);
  return {
    reached,
    desired: sum('desired'),
    updated: sum('updated'),
    ready: sum('ready'),
    message: message.join('; '),
  };
};

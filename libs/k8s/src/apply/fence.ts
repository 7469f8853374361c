import { APPLICATION_LABEL, GENERATION_ANNOTATION, PLAN_ANNOTATION, type KubeObject } from '@keelson/domain';
import type { ApplyRequest } from './change-set';

/**
 * The resourceVersion that says "this object must not exist". API servers compare a version in the body with the
 * live one and ignore it when they create; no object ever has version 1, which is etcd's empty store. Without it
 * a worker that was paused between its GET and its PATCH would put an old plan over an object that a newer one
 * created meanwhile: the same manager never conflicts with itself.
 */
export const MUST_NOT_EXIST = '1';

/** What is known of the live object: `absent` may come from a cache and is then only a guess, the fence checks it. */
export type Live = KubeObject | 'absent';

export type Verdict =
  | { readonly act: 'Create' }
  | { readonly act: 'Update'; readonly live: KubeObject; readonly takeOver: boolean }
  | { readonly act: 'CompareThenTakeOver'; readonly live: KubeObject }
  | { readonly act: 'Stale'; readonly liveGeneration: number }
  | { readonly act: 'Refuse'; readonly message: string }
  | { readonly act: 'Wait'; readonly message: string };

/** The application that an object belongs to, by its label. */
export const applicationOf = (object: KubeObject): string | undefined =>
  object.metadata.labels?.[APPLICATION_LABEL];

/** The generation that an object was applied from; 0 when it carries none that can be read. */
export const generationOf = (object: KubeObject): number => {
  const generation = Number(object.metadata.annotations?.[GENERATION_ANNOTATION]);
  return Number.isSafeInteger(generation) ? generation : 0;
};

/** Tells whether the object carries exactly this plan's marks. */
export const carries = (
  object: KubeObject,
  request: Pick<ApplyRequest, 'application' | 'generation' | 'hash'>,
) =>
  applicationOf(object) === request.application &&
  object.metadata.annotations?.[PLAN_ANNOTATION] === request.hash &&
  generationOf(object) === request.generation;

/**
 * Decides what may be done to a live object. `recordedUid` is the inventory's: an object whose label somebody
 * removed is still ours when it is the very object that we applied.
 */
export const judge = (
  request: Pick<ApplyRequest, 'application' | 'generation' | 'whenToTakeOver'>,
  live: Live,
  recordedUid?: string,
): Verdict => {
  if (live === 'absent') return { act: 'Create' };
  const owner = applicationOf(live);
  if (owner !== undefined && owner !== request.application) {
    return { act: 'Refuse', message: `it belongs to the application ${owner}` };
  }
  const ours = owner !== undefined || (recordedUid !== undefined && recordedUid === live.metadata.uid);
  const liveGeneration = ours ? generationOf(live) : 0;
  if (liveGeneration > request.generation) return { act: 'Stale', liveGeneration };
  if (live.metadata.deletionTimestamp) return { act: 'Wait', message: 'it is being deleted' };
  if (ours) return { act: 'Update', live, takeOver: false };
  switch (request.whenToTakeOver) {
    case 'Always':
      return { act: 'Update', live, takeOver: true };
    case 'IfNoDiff':
      return { act: 'CompareThenTakeOver', live };
    case 'Never':
      return { act: 'Refuse', message: 'it exists, is not of this application, and whenToTakeOver is Never' };
  }
};

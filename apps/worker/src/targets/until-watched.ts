import type { KubeObject } from '@keelson/domain';
import type { TargetHost } from './target-host';

/** A watch that opens is told of, unless others are being opened for long. */
export const UNTIL_WATCHED_MS = 2_000;
/** Somebody has to give the account the right to it first. */
const UNTIL_ALLOWED_MS = 15_000;

type Watching = Pick<TargetHost, 'children'> & { readonly deps: Pick<TargetHost['deps'], 'cache'> };

/** Why what must be watched for a plan is not, where the API server refuses it: waiting alone changes nothing then. */
export const refusedWatch = (
  { deps, children }: Watching,
  application: string,
  objects: readonly KubeObject[],
): string | undefined => {
  const refusals = objects.map(({ apiVersion, kind }) => deps.cache.refusal?.({ apiVersion, kind }));
  const refusal = refusals.find((message) => message !== undefined) ?? children.refusal(application);
  return refusal === undefined ? undefined : `it cannot be watched: ${refusal}`;
};

/** When to look again, if no watch opens before, at what is not watched yet; milliseconds. */
export const untilWatched = (refused: string | undefined): number =>
  refused === undefined ? UNTIL_WATCHED_MS : UNTIL_ALLOWED_MS;

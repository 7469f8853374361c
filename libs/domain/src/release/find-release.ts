/** A release that was asked for, as the log has it. */
export interface PastRelease {
  readonly release: string;
  readonly version: string;
  readonly revision: string;
  readonly run: string;
  /** Of the request; none while it waits for the sealer, which is a matter of milliseconds. */
  readonly position?: number;
}

/**
 * The release that a person means by a name, out of a history in the order of the requests: a version, else a
 * revision. A name that several bear means the newest of them.
 */
export const releaseNamed = (history: readonly PastRelease[], name: string): PastRelease | undefined =>
  history.findLast(({ version }) => version === name) ??
  history.findLast(({ revision }) => revision === name);

/**
 * The release that stood at a position: the one of `settled`, the last run that had succeeded by then, as that is what
 * the fleet had; before any had, the one that was asked for last.
 */
export const releaseAt = (
  history: readonly PastRelease[],
  position: number,
  settled?: string,
): PastRelease | undefined =>
  history.find(({ run }) => run === settled) ??
  history.findLast((past) => past.position !== undefined && past.position <= position);

const TOLD = 20;

/** The versions that can be gone back to, newest first, as people are told them. */
export const versionsText = (history: readonly PastRelease[]): string => {
  const versions = [...new Set(history.map(({ version }) => version).reverse())];
  if (versions.length === 0) return 'nothing was released yet';
  const more = versions.length > TOLD ? ` and ${versions.length - TOLD} older ones` : '';
  return `known are ${versions.slice(0, TOLD).join(', ')}${more}`;
};

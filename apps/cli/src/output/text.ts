/** Short forms of values for tables. */

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Milliseconds in two units at most: `850ms`, `12s`, `3m20s`, `5h10m`, `2d4h`. */
export const duration = (ms: number): string => {
  if (ms < SECOND) return `${Math.max(0, Math.round(ms))}ms`;
  if (ms < MINUTE) return `${Math.floor(ms / SECOND)}s`;
  if (ms < HOUR) return pair(ms, MINUTE, 'm', SECOND, 's');
  if (ms < DAY) return pair(ms, HOUR, 'h', MINUTE, 'm');
  return pair(ms, DAY, 'd', HOUR, 'h');
};

const pair = (ms: number, big: number, bigUnit: string, small: number, smallUnit: string): string => {
  const rest = Math.floor((ms % big) / small);
  return `${Math.floor(ms / big)}${bigUnit}${rest > 0 ? `${rest}${smallUnit}` : ''}`;
};

/** How long ago an RFC 3339 time was; `-` for never. */
export const age = (at: string | null, now: number): string =>
  at === null ? '-' : duration(now - Date.parse(at));

export const labelsText = (labels: Readonly<Record<string, string>>): string =>
  Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',') || '-';

/** A content hash as people write it. */
export const shortHash = (hash: string | null): string =>
  hash === null ? '-' : hash.replace(/^sha256:/, '').slice(0, 10);

export const counts = ({
  updated,
  ready,
  desired,
}: Readonly<Record<'updated' | 'ready' | 'desired', number>>): string =>
  `${ready}/${desired} ready, ${updated} updated`;

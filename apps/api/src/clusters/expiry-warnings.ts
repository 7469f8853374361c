/** Long enough for a person to make new ones on a working day. */
const AHEAD_MS = 7 * 24 * 60 * 60 * 1_000;

/** What people should know of credentials that end, before they do. `expiresAt` is RFC 3339, `now` in milliseconds. */
export const expiryWarnings = (expiresAt: string | undefined, now: number): string[] => {
  if (expiresAt === undefined) return [];
  const left = Date.parse(expiresAt) - now;
  if (left <= 0) return [`the credentials expired at ${expiresAt}; register the cluster again with new ones`];
  if (left > AHEAD_MS) return [];
  return [`the credentials expire at ${expiresAt}; register the cluster again with new ones before`];
};

const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const DURATION = /^(?:\d+(?:\.\d+)?(?:ms|[smhd]))+$/;

/** Durations are written as in Go and Kubernetes: `30s`, `1h30m`, `500ms`. */
export const isDuration = (text: string): boolean => DURATION.test(text);

/** Milliseconds of a duration that `isDuration` accepts; throws a RangeError for any other text. */
export const durationMs = (text: string): number => {
  if (!isDuration(text)) throw new RangeError(`"${text}" is not a duration such as 30s, 10m or 1h30m`);
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|[smhd])/g)) {
    total += Number(amount) * UNITS[unit as keyof typeof UNITS];
  }
  return Math.round(total);
};

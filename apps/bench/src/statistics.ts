/** The middle of the values; of an even number of them, the mean of the two in the middle. NaN for none. */
export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  if (sorted.length % 2 === 1) return sorted[Math.floor(middle)]!;
  return ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2;
};

/** Rounded to `digits` decimals, as a number: for JSON. */
export const rounded = (value: number, digits = 1): number => Number(value.toFixed(digits));

/** By the nearest rank: the smallest value that is not exceeded by so many percent of them. NaN for none. */
export const percentile = (values: readonly number[], percent: number): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? NaN;
};

/** An IntOrString such as maxSurge: a count, or a share of `total` that `round` makes whole. */
export function resolve(value: unknown, total: number, round: (value: number) => number): number {
  if (typeof value === 'number') return value;
  const percent = /^(\d+)%$/.exec(String(value))?.[1];
  return percent === undefined ? 0 : round((Number(percent) * total) / 100);
}

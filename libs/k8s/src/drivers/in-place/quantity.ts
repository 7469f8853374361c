const FACTORS: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

const QUANTITY = /^([+-]?(?:\d+\.?\d*|\.\d+))(?:[eE]([+-]?\d{1,3})|([numkMGTPE]|[KMGTPE]i)?)$/;

/** Source: k8s.io/apimachinery/pkg/api/resource, "Quantity". */
const amountOf = (value: unknown): number | undefined => {
  if (typeof value === 'number') return value;
  const [, digits, exponent, suffix] = (typeof value === 'string' && QUANTITY.exec(value)) || [];
  if (digits === undefined) return undefined;
  const factor = exponent === undefined ? FACTORS[suffix ?? ''] : 10 ** Number(exponent);
  return factor === undefined ? undefined : Number(digits) * factor;
};

/**
 * Whether two quantities are the same amount: the API server rewrites `0.1` as `100m` and `65536Ki` as `64Mi`.
 * Equal to one in 10¹²: nearer than any two amounts that somebody means to tell apart, further than floats err.
 */
export const sameQuantity = (a: unknown, b: unknown): boolean => {
  const left = amountOf(a);
  const right = amountOf(b);
  if (left === undefined || right === undefined) return false;
  return Math.abs(left - right) <= Math.max(Math.abs(left), Math.abs(right)) * 1e-12;
};

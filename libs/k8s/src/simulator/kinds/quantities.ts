import { type JsonObject, changeObject } from '../json';

/**
 * Resource quantities in the form in which an API server gives them back: a number becomes a string, whole
 * thousandths of a CPU lose their suffix (1000m → 1), binary sizes take the largest suffix (1024Mi → 1Gi).
 */
const BINARY = ['Ki', 'Mi', 'Gi', 'Ti', 'Pi'];
const DECIMAL = ['k', 'M', 'G', 'T', 'P'];

export function normaliseQuantity(value: unknown): unknown {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string') return value;
  const [, digits, suffix] = /^([0-9]+(?:\.[0-9]+)?)([a-zA-Z]*)$/.exec(text) ?? [];
  if (digits === undefined || suffix === undefined) return text;
  const number = Number(digits);
  if (!Number.isInteger(number)) return fraction(number, suffix) ?? text;
  if (suffix === 'm') return number % 1000 === 0 ? lift(number / 1000, DECIMAL, 1000, -1) : text;
  if (BINARY.includes(suffix)) return lift(number, BINARY, 1024, BINARY.indexOf(suffix));
  if (suffix === '' || DECIMAL.includes(suffix)) return lift(number, DECIMAL, 1000, DECIMAL.indexOf(suffix));
  return text;
}

/** 0.5 → 500m, 1.5Gi → 1536Mi; undefined where no whole number comes out. */
function fraction(number: number, suffix: string): unknown {
  if (suffix === '')
    return Number.isInteger(number * 1000) ? normaliseQuantity(`${number * 1000}m`) : undefined;
  const index = BINARY.indexOf(suffix);
  const smaller = index > 0 ? BINARY[index - 1] : undefined;
  return smaller && Number.isInteger(number * 1024)
    ? normaliseQuantity(`${number * 1024}${smaller}`)
    : undefined;
}

function lift(number: number, suffixes: readonly string[], base: number, index: number): string {
  let value = number;
  let at = index;
  while (value !== 0 && value % base === 0 && at + 1 < suffixes.length) {
    value /= base;
    at += 1;
  }
  return `${value}${suffixes[at] ?? ''}`;
}

const normaliseAll = (quantities: JsonObject): JsonObject => {
  let result = quantities;
  for (const name in quantities) {
    const value = normaliseQuantity(quantities[name]);
    if (value !== quantities[name]) result = { ...result, [name]: value };
  }
  return result;
};

/** `resources` of a container or a volume claim. */
export const normaliseResources = (resources: JsonObject): JsonObject =>
  changeObject(changeObject(resources, 'limits', normaliseAll), 'requests', normaliseAll);

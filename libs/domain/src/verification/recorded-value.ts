import { isRecord } from '../manifests/json';

/** Characters of a measurement's value and message in the log. A run may take thousands of measurements. */
const MAX_VALUE = 1000;
const MAX_MESSAGE = 500;
const MAX_LEVELS = 8;

/** A list or object with more entries is longer than `MAX_VALUE` whatever they are. */
const MAX_ENTRIES = MAX_VALUE / 2;

/** PostgreSQL's jsonb takes neither NUL nor an unpaired surrogate; both become the replacement character. */
const storable = (text: string): string => text.replace(/\0|\p{Surrogate}/gu, '\uFFFD');

const cut = (text: string, length: number): string => {
  const clean = storable(text);
  return clean.length <= length ? clean : storable(`${clean.slice(0, length - 1)}…`);
};

export const recordedMessage = (text: string): string => cut(text, MAX_MESSAGE);

/**
 * What the log keeps of an answer: plain JSON, in which numbers that JSON lacks are written as Prometheus writes them.
 * What is longer than 1,000 characters is kept as the beginning of its text, for people.
 */
export const recordedValue = (value: unknown): unknown => {
  const plain = plainJson(value, 0);
  const text = JSON.stringify(plain);
  return text.length <= MAX_VALUE ? plain : cut(text, MAX_VALUE);
};

const plainJson = (value: unknown, level: number): unknown => {
  if (typeof value === 'string') return storable(value.slice(0, MAX_VALUE + 1));
  if (typeof value === 'number') return Number.isFinite(value) ? value : printedNumber(value);
  if (typeof value === 'boolean') return value;
  const isList = Array.isArray(value);
  if (!isList && !isRecord(value)) return null;
  if (level >= MAX_LEVELS) return '…';
  if (isList) return value.slice(0, MAX_ENTRIES).map((item) => plainJson(item, level + 1));
  // fromEntries defines properties, where an assignment to the key `__proto__` would set the prototype.
  return Object.fromEntries(
    Object.entries(value)
      .slice(0, MAX_ENTRIES)
      .map(([key, item]) => [storable(key.slice(0, MAX_VALUE + 1)), plainJson(item, level + 1)]),
  );
};

/** As Prometheus prints it. */
export const printedNumber = (value: number): string => {
  if (Number.isNaN(value)) return 'NaN';
  if (Number.isFinite(value)) return String(value);
  return value > 0 ? '+Inf' : '-Inf';
};

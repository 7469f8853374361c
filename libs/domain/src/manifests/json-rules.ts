import { pointer } from './json';

/** Objects and lists inside each other; Kubernetes' own deepest kinds (CRD schemas) stay below 40. */
export const MAX_DEPTH = 64;

/** Characters of keys and strings over all manifests, after aliases are expanded. */
export const MAX_EXPANDED = 16 * 1024 * 1024;

export interface JsonRules {
  /** Shared over all values of one request; runs down. */
  readonly budget: { left: number };
  /** Refuse integers beyond 2^53 - 1: they have lost digits already. */
  readonly exactIntegers: boolean;
  report(path: string, message: string): void;
}

/** Unpaired surrogates have no UTF-8, and PostgreSQL's jsonb takes no NUL: neither could enter the log. */
const UNSTORABLE = /\0|\p{Surrogate}/u;

/**
 * A deep copy of plain JSON; reports, with its path, what must not come in: excessive depth or size,
 * `__proto__` keys, text that cannot be stored, numbers that JSON cannot carry exactly.
 */
export const copyJson = (value: unknown, rules: JsonRules): unknown => {
  const path: (string | number)[] = [];
  const report = (message: string): void => rules.report(pointer(...path), message);
  const spend = (characters: number): void => {
    const before = rules.budget.left;
    rules.budget.left -= characters + 1;
    if (before >= 0 && rules.budget.left < 0) {
      report(`all manifests together hold more than ${MAX_EXPANDED} characters`);
    }
  };
  const text = (found: string, what: string): string => {
    spend(found.length);
    if (UNSTORABLE.test(found)) report(`${what} holds a NUL or an unpaired surrogate`);
    return found;
  };
  const copy = (found: unknown): unknown => {
    if (rules.budget.left < 0) return null;
    if (typeof found === 'string') return text(found, 'the text');
    spend(1);
    if (found === null || typeof found === 'boolean') return found;
    if (typeof found === 'number') {
      if (!Number.isFinite(found)) report('is not a number that JSON can hold');
      else if (rules.exactIntegers && Number.isInteger(found) && !Number.isSafeInteger(found)) {
        report('is an integer beyond 2^53 - 1, which would lose digits');
      }
      return found;
    }
    if (typeof found !== 'object') {
      report('is not a JSON value');
      return null;
    }
    if (path.length >= MAX_DEPTH) {
      report(`is nested deeper than ${MAX_DEPTH} levels`);
      return null;
    }
    if (Array.isArray(found)) return found.map((item, index) => within(index, () => copy(item)));
    const result: Record<string, unknown> = {};
    for (const [key, item] of Object.entries(found)) {
      within(key, () => {
        if (key === '__proto__') report('this key is not allowed');
        else result[text(key, 'the key')] = copy(item);
      });
    }
    return result;
  };
  const within = <T>(segment: string | number, work: () => T): T => {
    path.push(segment);
    const result = work();
    path.pop();
    return result;
  };
  return copy(value);
};

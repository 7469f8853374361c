import type { FieldError } from '@keelson/domain';
import { pointer } from './pointer';

/** NUL and lone surrogates are valid JSON and cannot be stored as jsonb. */
// eslint-disable-next-line no-control-regex
const UNSTORABLE = /\u0000|\p{Surrogate}/u;

/** The first thing in a parsed body that could not be kept as it is, or that would reach a prototype on its way. */
export const findUnbearable = (body: unknown): FieldError | undefined => {
  const path: PropertyKey[] = [];
  const look = (value: unknown): string | undefined => {
    if (typeof value === 'string') {
      return UNSTORABLE.test(value)
        ? 'holds a NUL or half a surrogate pair, which cannot be stored'
        : undefined;
    }
    if (typeof value === 'number') return Number.isFinite(value) ? undefined : 'is too large for a number';
    if (typeof value !== 'object' || value === null) return undefined;
    for (const [key, member] of Object.entries(value)) {
      path.push(key);
      const message = nameProblem(key) ?? look(member);
      if (message) return message;
      path.pop();
    }
    return undefined;
  };
  const message = look(body);
  return message === undefined ? undefined : { path: pointer(path), message };
};

const nameProblem = (key: string): string | undefined => {
  if (key === '__proto__') return 'is not a name that a field can have';
  return UNSTORABLE.test(key) ? 'has a name that cannot be stored' : undefined;
};

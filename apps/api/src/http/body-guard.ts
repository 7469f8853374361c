import type { FieldError } from '@keelson/domain';
import { pointer } from './pointer';

export const MAX_DEPTH = 64;

/** NUL and lone surrogates are valid JSON and cannot be stored as jsonb. */
// eslint-disable-next-line no-control-regex
const UNSTORABLE = /\u0000|\p{Surrogate}/u;

interface Node {
  readonly value: unknown;
  readonly key: string | number;
  readonly parent: Node | undefined;
  readonly depth: number;
}

/**
 * The first thing in a parsed body that nothing behind it could bear: nesting that would overflow every recursive
 * function, keys that reach a prototype, text and numbers that would be stored as something else.
 * Walks with a list of its own instead of recursion, because 10 MB hold five million levels.
 */
export const findUnbearable = (body: unknown, base = ''): FieldError | undefined => {
  const open: Node[] = [{ value: body, key: '', parent: undefined, depth: 0 }];
  for (let node = open.pop(); node; node = open.pop()) {
    const message = complaint(node);
    if (message) return { path: base + pathOf(node), message };
    const { value, depth } = node;
    if (Array.isArray(value)) {
      for (let key = value.length - 1; key >= 0; key--) {
        open.push({ value: value[key] as unknown, key, parent: node, depth: depth + 1 });
      }
    } else if (typeof value === 'object' && value !== null) {
      for (const key of Object.keys(value).reverse()) {
        open.push({ value: (value as Record<string, unknown>)[key], key, parent: node, depth: depth + 1 });
      }
    }
  }
  return undefined;
};

const complaint = ({ value, key, depth }: Node): string | undefined => {
  if (key === '__proto__') return 'is not a name that a field can have';
  if (typeof key === 'string' && UNSTORABLE.test(key)) return 'the name has a character that cannot be stored';
  if (typeof value === 'object' && value !== null) {
    return depth >= MAX_DEPTH ? `nested deeper than ${MAX_DEPTH} levels` : undefined;
  }
  if (typeof value === 'string') {
    return UNSTORABLE.test(value) ? 'has a character that cannot be stored (NUL or half a surrogate pair)' : undefined;
  }
  return typeof value === 'number' && !Number.isFinite(value) ? 'is too large for a number' : undefined;
};

const pathOf = (node: Node): string => {
  const keys: (string | number)[] = [];
  for (let at: Node | undefined = node; at?.parent; at = at.parent) keys.push(at.key);
  return pointer(keys.reverse());
};

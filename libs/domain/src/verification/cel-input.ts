import type { CelInput } from '@bufbuild/cel';
import { isRecord } from '../manifests/json';
import { MAX_DEPTH } from '../manifests/json-rules';

export type Converted =
  { readonly ok: true; readonly input: CelInput; readonly size: number } | { readonly ok: false };

/** A value counts one, and one more for every so many characters of text. */
const CHARACTERS_PER_UNIT = 8;

/**
 * JSON as CEL takes it, and how much it is; not `ok` when it is nested deeper than 64 levels.
 * Objects become Maps: the library takes an object with a key `$typeName` for a Protobuf message and stumbles over it,
 * and whoever answers an HTTP verification chooses the keys.
 */
export const celInput = (value: unknown): Converted => {
  let size = 0;
  let tooDeep = false;
  const convert = (found: unknown, depth: number): CelInput => {
    size += 1;
    if (depth > MAX_DEPTH) {
      tooDeep = true;
      return null;
    }
    if (Array.isArray(found)) return found.map((item) => convert(item, depth + 1));
    if (isRecord(found)) {
      return new Map(Object.entries(found).map(([key, item]) => [text(key), convert(item, depth + 1)]));
    }
    if (typeof found === 'string') return text(found);
    return typeof found === 'number' || typeof found === 'boolean' ? found : null;
  };
  const text = (found: string): string => {
    size += Math.floor(found.length / CHARACTERS_PER_UNIT);
    return found;
  };
  const input = convert(value, 0);
  return tooDeep ? { ok: false } : { ok: true, input, size };
};

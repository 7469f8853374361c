import { pointer } from './pointer';

/** Objects and lists inside each other; Kubernetes' own deepest kinds (CRD schemas) stay below 40. */
export const MAX_DEPTH = 64;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

interface Container {
  /** Place of the current element of a list; -1 in an object. */
  index: number;
  /** Where the text last seen in an object begins; before a colon it is the key. */
  keyAt: number;
}

/**
 * The JSON Pointer of the first value that is nested too deep, found without parsing: JSON.parse survives five million
 * levels, which is what 10 MB hold, but blocks the process for four seconds. Text that is no JSON is not noticed here.
 */
export const findTooDeep = (json: string): string | undefined => {
  const open: Container[] = [];
  let textAt = 0;
  for (let at = 0; at < json.length; at++) {
    const code = json.charCodeAt(at);
    if (code === QUOTE) {
      textAt = at;
      at = endOfText(json, at);
    } else if (code === OPEN_LIST || code === OPEN_OBJECT) {
      if (open.length === MAX_DEPTH) return pointer(open.map((container) => keyOf(json, container)));
      open.push({ index: code === OPEN_LIST ? 0 : -1, keyAt: 0 });
    } else if (code === CLOSE_LIST || code === CLOSE_OBJECT) {
      open.pop();
    } else if (code === COMMA || code === COLON) {
      const container = open.at(-1);
      if (code === COLON && container) container.keyAt = textAt;
      else if (container && container.index >= 0) container.index += 1;
    }
  }
  return undefined;
};

/** Place of the closing quote of the text that begins at `start`. */
const endOfText = (json: string, start: number): number => {
  let at = start + 1;
  while (at < json.length && json.charCodeAt(at) !== QUOTE) at += json.charCodeAt(at) === BACKSLASH ? 2 : 1;
  return at;
};

const keyOf = (json: string, { index, keyAt }: Container): string | number => {
  if (index >= 0) return index;
  const text = json.slice(keyAt, endOfText(json, keyAt) + 1);
  try {
    return JSON.parse(text) as string;
  } catch {
    return text;
  }
};

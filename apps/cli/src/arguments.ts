import { InvalidArgumentError } from 'commander';

type Pairs = Readonly<Record<string, string>>;

/** Collects repeated `key=value`; the value may hold further `=`. Throws on a key given twice. */
const pairs =
  (shape: string) =>
  (text: string, before: Pairs = {}): Pairs => {
    const at = text.indexOf('=');
    if (at < 1) throw new InvalidArgumentError(`"${text}" is not ${shape}.`);
    const key = text.slice(0, at);
    if (key in before) throw new InvalidArgumentError(`"${key}" is given twice.`);
    return { ...before, [key]: text.slice(at + 1) };
  };

/** An empty value is a label in Kubernetes; an empty image is nothing. */
export const parseLabel = pairs('key=value');

export const parseImage = (text: string, before?: Pairs): Pairs => {
  if (text.endsWith('=')) throw new InvalidArgumentError(`"${text}" names no image.`);
  return pairs('container=image')(text, before);
};

/** A whole number in decimal, zero or more: `3`, not `3.0`, `1e3` or ` 3`. */
export const parseCount = (text: string): number => {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError(`"${text}" is not a whole number.`);
  return Number(text);
};

/** For a log position that the server may also accept as a time. */
export const parseTime = (text: string): string => {
  if (Number.isNaN(Date.parse(text))) throw new InvalidArgumentError(`"${text}" is not a time (RFC 3339).`);
  return text;
};

import { isRecord } from '../manifests/json';

/** What `{{…}}` in a provider stands for. */
export const VERIFICATION_VARIABLES = [
  'run',
  'application',
  'version',
  'revision',
  'cluster',
  'namespace',
  'stage',
] as const;

export type VerificationVariable = (typeof VERIFICATION_VARIABLES)[number];

/** A gate that judges no single cluster has no `cluster`. */
export type VerificationContext = Readonly<Partial<Record<VerificationVariable, string>>>;

/** How a value is written where it lands, so that it stays one value there. */
export type Encoding = (value: string) => string;

/** Query and path alike: a `+`, `/` or `&` in a version is no separator. */
export const inUrl: Encoding = encodeURIComponent;

/**
 * For a value between quotes of either kind. Hexadecimal because PromQL refuses an escaped quote of the other kind
 * (https://prometheus.io/docs/prometheus/latest/querying/basics/#string-literals).
 */
export const inPromQl: Encoding = (value) =>
  value
    .replaceAll('\\', '\\\\')
    .replace(/["'`\p{Cc}]/gu, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`);

/** For a segment of a JSON Pointer. */
export const inPointer: Encoding = (value) => value.replaceAll('~', '~0').replaceAll('/', '~1');

export const asItIs: Encoding = (value) => value;

/** Thrown by `substitute`; never leaves this folder's entry points. */
export class VariableError extends Error {
  override readonly name = 'VariableError';
}

/** Only names: the arguments of a Job may hold Go templates of their own, such as `{{.status.phase}}`. */
const VARIABLE = /\{\{\s*([A-Za-z][\w-]*)\s*\}\}/g;

const isVariable = (name: string): name is VerificationVariable =>
  (VERIFICATION_VARIABLES as readonly string[]).includes(name);

/** The first variable of a text that does not exist, else `undefined`. */
export const unknownVariable = (text: string): string | undefined =>
  [...text.matchAll(VARIABLE)].map(([, name = '']) => name).find((name) => !isVariable(name));

/** @throws VariableError for a variable that does not exist or has no value here */
export const substitute = (text: string, context: VerificationContext, encode: Encoding): string =>
  text.replace(VARIABLE, (_, name: string) => {
    const value = isVariable(name) ? context[name] : undefined;
    if (value !== undefined) return encode(value);
    throw new VariableError(`{{${name}}} ${isVariable(name) ? 'has no value here' : NO_VARIABLE}`);
  });

export const NO_VARIABLE = `is no variable; there are ${VERIFICATION_VARIABLES.join(', ')}`;

/** A copy of plain JSON with the variables in its texts (not its keys) replaced. */
export const substituteDeep = (value: unknown, context: VerificationContext): unknown =>
  mapTexts(value, (text) => substitute(text, context, asItIs));

/** Plain JSON as it may look with its variables replaced, for checks before there are values: `x` fits anywhere. */
export const withPlaceholders = (value: unknown): unknown =>
  mapTexts(value, (text) => text.replace(VARIABLE, 'x'));

const mapTexts = (value: unknown, change: (text: string) => string): unknown => {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, change));
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapTexts(item, change)]));
};

/** The texts in plain JSON with their paths. */
export function* textsIn(
  value: unknown,
  path: readonly (string | number)[] = [],
): Generator<{ readonly path: readonly (string | number)[]; readonly text: string }> {
  if (typeof value === 'string') yield { path, text: value };
  else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield* textsIn(item, [...path, index]);
  } else if (isRecord(value)) {
    for (const [key, item] of Object.entries(value)) yield* textsIn(item, [...path, key]);
  }
}

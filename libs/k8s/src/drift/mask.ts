import { isRecord } from './fields-v1';

/** Where a Secret keeps its values; `kubectl apply` leaves a copy of the whole Secret in an annotation. */
const HIDDEN: readonly (readonly string[])[] = [
  ['data'],
  ['stringData'],
  ['metadata', 'annotations', 'kubectl.kubernetes.io/last-applied-configuration'],
];

/** What may be shown of a value that lies at a JSON Pointer in a Secret: names of keys stay, values do not. */
export const maskedAt = (pointer: string, value: unknown, mask: string): unknown => {
  const tokens = pointer
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
  return HIDDEN.reduce((shown, place) => {
    const isOnTheWay = tokens.every((token, depth) => depth >= place.length || token === place[depth]);
    return isOnTheWay ? hide(shown, place.slice(tokens.length), mask) : shown;
  }, value);
};

const hide = (value: unknown, [step, ...rest]: readonly string[], mask: string): unknown => {
  if (step === undefined) return masked(value, mask);
  if (!isRecord(value) || !(step in value)) return value;
  return { ...value, [step]: hide(value[step], rest, mask) };
};

const masked = (value: unknown, mask: string): unknown => {
  if (value === undefined || value === null) return value;
  if (!isRecord(value)) return mask;
  return Object.fromEntries(Object.keys(value).map((key) => [key, mask]));
};

/** Label syntax (https://kubernetes.io/docs/concepts/overview/working-with-objects/labels). */
import type { FieldError } from '../kernel/decider';
import { pointer } from './json';
import { isDnsSubdomain } from './names';

const NAME = /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/;

const isName = (name: string): boolean => name.length <= 63 && NAME.test(name);

/** Why a key is no label (or annotation) key, or `undefined`. */
export const labelKeyProblem = (key: string): string | undefined => {
  const slash = key.indexOf('/');
  if (slash >= 0 && !isDnsSubdomain(key.slice(0, slash))) return 'the prefix must be a DNS-1123 subdomain';
  return isName(key.slice(slash + 1))
    ? undefined
    : 'must be at most 63 letters, digits, "-", "_" and ".", alphanumeric at both ends, with an optional DNS prefix and "/"';
};

/** Why a value is no label value, or `undefined`. Anything but a string is refused, as by the API server. */
export const labelValueProblem = (value: unknown): string | undefined => {
  if (typeof value !== 'string') return 'must be a string: put it in quotes';
  return value === '' || isName(value)
    ? undefined
    : 'must be empty or at most 63 letters, digits, "-", "_" and ".", alphanumeric at both ends';
};

export const validateLabels = (labels: Readonly<Record<string, unknown>>, base = '/labels'): FieldError[] =>
  Object.entries(labels).flatMap(([key, value]) => {
    const message = labelKeyProblem(key) ?? labelValueProblem(value);
    return message === undefined ? [] : [{ path: base + pointer(key), message }];
  });

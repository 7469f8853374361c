import type { KubeObject } from '../kubernetes/objects';
import { isSecret } from '../manifests';
import { isRecord, valueAt, withValueAt } from '../manifests/json';
import { diffObjects, type FieldChange } from './diff-objects';

const MASK = '********';
const BEFORE = `${MASK} (before)`;
const AFTER = `${MASK} (after)`;

/** `kubectl apply` leaves a copy of the whole Secret here. */
const LAST_APPLIED = ['metadata', 'annotations', 'kubectl.kubernetes.io/last-applied-configuration'];
const CONTENT = ['data', 'stringData'];

/** A copy of a Secret in which keys are kept and values are not; any other object as it is. */
export const maskSecret = (object: KubeObject): KubeObject => masked(object, () => MASK);

/**
 * The difference of two objects, to be shown: Secret values are masked, and still one sees which of them changed.
 * No hash of a value is shown either, since short passwords can be found from one.
 */
export const diffMasked = (from: KubeObject, to: KubeObject): FieldChange[] =>
  diffObjects(
    masked(from, (path, value) => (valueAt(to, ...path) === value ? MASK : BEFORE)),
    masked(to, (path, value) => (valueAt(from, ...path) === value ? MASK : AFTER)),
  );

const masked = (
  object: KubeObject,
  mask: (path: readonly string[], value: unknown) => string,
): KubeObject => {
  if (!isSecret(object)) return object;
  const withoutContent = CONTENT.reduce((secret, field) => {
    const content = secret[field];
    if (content === undefined || content === null) return secret;
    if (!isRecord(content)) return withValueAt(secret, [field], MASK);
    const entries = Object.entries(content).map(([key, value]) => [key, mask([field, key], value)]);
    return withValueAt(secret, [field], Object.fromEntries(entries));
  }, object);
  return valueAt(object, ...LAST_APPLIED) === undefined
    ? withoutContent
    : withValueAt(withoutContent, LAST_APPLIED, MASK);
};

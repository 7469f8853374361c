/**
 * Names as the API server checks them
 * (https://kubernetes.io/docs/concepts/overview/working-with-objects/names).
 */
import { groupOf } from '../kubernetes/objects';

const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

export const isDnsLabel = (name: string): boolean => name.length <= 63 && LABEL.test(name);

export const isDnsSubdomain = (name: string): boolean =>
  name.length <= 253 && name.split('.').every((part) => LABEL.test(part));

const isPathSegment = (name: string): boolean =>
  name.length <= 253 && name !== '.' && name !== '..' && name !== '' && !/[/%]/.test(name);

const DNS_LABEL_KINDS = new Set(['Namespace', 'Service']);

/** Why the API server would refuse `name` for this kind, or `undefined`. */
export const nameProblem = (apiVersion: string, kind: string, name: string): string | undefined => {
  const group = groupOf(apiVersion);
  if (group === 'rbac.authorization.k8s.io') {
    // RBAC names may carry colons and capitals ("system:node-reader").
    return isPathSegment(name)
      ? undefined
      : 'must be 1 to 253 characters without "/" and "%", and not "." or ".."';
  }
  if (group === '' && DNS_LABEL_KINDS.has(kind)) {
    return isDnsLabel(name)
      ? undefined
      : 'must be a DNS-1123 label: at most 63 lower case letters, digits and "-", alphanumeric at both ends';
  }
  return isDnsSubdomain(name)
    ? undefined
    : 'must be a DNS-1123 subdomain: at most 253 lower case letters, digits, "-" and ".", alphanumeric at both ends';
};

import type { KubeObject } from '@keelson/domain';

const DECIMAL = /^[1-9][0-9]*$/;

/**
 * Compares two resourceVersions of one resource: negative, zero, positive; undefined when they cannot be compared.
 * They are decimal and ordered on every API server in use, and by contract from 1.35 on (KEP-5504); text that is not
 * decimal (aggregated servers may do as they like) is opaque. Compared as text, because they outgrow 2^53.
 */
export const compareVersions = (a: string | undefined, b: string | undefined): number | undefined => {
  if (a === undefined || b === undefined) return undefined;
  if (a === b) return 0;
  if (!DECIMAL.test(a) || !DECIMAL.test(b)) return undefined;
  return a.length - b.length || (a < b ? -1 : 1);
};

/**
 * Tells whether an object is older than another of the same name. When the versions are opaque: a different uid is
 * a successor, and the same object is older when its generation is lower.
 */
export const isOlder = (candidate: KubeObject, known: KubeObject): boolean => {
  const order = compareVersions(candidate.metadata.resourceVersion, known.metadata.resourceVersion);
  if (order !== undefined) return order < 0;
  if (candidate.metadata.uid !== known.metadata.uid) return false;
  return (candidate.metadata.generation ?? 0) < (known.metadata.generation ?? 0);
};

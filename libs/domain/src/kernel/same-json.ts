import canonicalize from 'canonicalize';

/** Equality of JSON values, whatever the order of their keys. */
export const sameJson = (a: unknown, b: unknown): boolean => a === b || canonicalize(a) === canonicalize(b);

import { hash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { KubeObject } from '../kubernetes/objects';

/** SHA-256 in hex over the canonical JSON (RFC 8785) of a value: the order of keys does not count. */
export const contentHash = (value: unknown): string => hash('sha256', canonicalize(value) ?? 'null', 'hex');

const REVISION_LENGTH = 12;

/** What a release is known by: 12 hex characters over its manifests, images included. */
export const revisionOf = (objects: readonly KubeObject[]): string =>
  contentHash(objects).slice(0, REVISION_LENGTH);

import type { KubeObject } from '@keelson/domain';
import { SharedParts, trimmedNode } from '@keelson/k8s';

/** Of all sessions of the process: a thousand clusters have the same applications. */
const sharedParts = new SharedParts();

/** What no decision looks at is not kept, and what is equal is kept once. */
export const kept = (object: KubeObject): KubeObject =>
  sharedParts.share(object.kind === 'Node' ? trimmedNode(object) : object);

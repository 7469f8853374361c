import { groupOf, type ObjectRef } from './objects';

/** Kinds that a pod names, and cannot start without; and those that such are made from. */
const REFERRED_TO: ReadonlySet<string> = new Set([
  '/ConfigMap',
  '/Secret',
  '/ServiceAccount',
  '/PersistentVolumeClaim',
  'bitnami.com/SealedSecret',
  'external-secrets.io/ExternalSecret',
]);

export const isReferredToByPods = ({ apiVersion, kind }: Pick<ObjectRef, 'apiVersion' | 'kind'>): boolean =>
  REFERRED_TO.has(`${groupOf(apiVersion)}/${kind}`);

import type { Simulator } from '@keelson/k8s';
import { machineMs, VERSION, type Sighting } from './protocol';

/**
 * Writes down what becomes of objects that bear a version. It sits behind the API servers: a cluster that answers nobody
 * is seen as well, and nothing that was written and overwritten meanwhile is missed.
 */
export const observe = (simulator: Simulator, namespaces: readonly string[]): readonly Sighting[] => {
  const sightings: Sighting[] = [];
  for (const cluster of simulator.names) {
    simulator.cluster(cluster).state.store.onChange(({ kind, type, object, previous }) => {
      const { name, namespace, annotations, ownerReferences } = object.metadata;
      if (namespace === undefined || !namespaces.includes(namespace)) return;
      // A ReplicaSet has its Deployment's annotations.
      if (ownerReferences) return;
      const before = previous?.metadata.annotations?.[VERSION];
      const version = kind === 'DELETED' ? undefined : annotations?.[VERSION];
      if (version === before) return;
      const seen = { cluster, namespace, kind: type.kind, name, at: machineMs() };
      sightings.push(version === undefined ? seen : { ...seen, version });
    });
  }
  return sightings;
};

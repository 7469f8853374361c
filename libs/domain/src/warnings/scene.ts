import { groupOf, keyOf, refOf, type KubeObject } from '../kubernetes/objects';
import { scalableWorkloads, type ScalableWorkload } from '../manifests';
import { isRecord, listAt, recordAt, stringAt, type JsonObject } from '../manifests/json';
import { matchesSelector } from '../placement';
import { plannedPods, type PlannedPods } from '../rendering/pod-selector';
import { hostsSidecars } from '../rendering/with-sidecars';

/** A workload whose pods last, and what of the manifests meets those pods. */
export interface Workload {
  readonly object: KubeObject;
  readonly pods: PlannedPods;
  readonly containers: readonly Container[];
  /** Those of the manifests that select its pods. */
  readonly services: readonly KubeObject[];
  /** None for a kind without replicas. */
  readonly scale?: ScalableWorkload;
}

export interface Container {
  readonly index: number;
  readonly spec: JsonObject;
}

/** What all rules look at, read from the manifests once. */
export interface Scene {
  readonly objects: readonly KubeObject[];
  readonly workloads: readonly Workload[];
  /** Services that say which pods they are for. */
  readonly services: readonly KubeObject[];
}

export const sceneOf = (objects: readonly KubeObject[]): Scene => {
  const services = objects.filter(selectsPods);
  const scales = new Map(scalableWorkloads(objects).map((scale) => [keyOf(scale.ref), scale]));
  const workloads = objects.filter(hostsSidecars).flatMap((object) =>
    plannedPods(object).map((pods): Workload => {
      const scale = scales.get(keyOf(refOf(object)));
      return {
        object,
        pods,
        containers: listAt(object, 'spec', 'template', 'spec', 'containers').flatMap((spec, index) =>
          isRecord(spec) ? [{ index, spec }] : [],
        ),
        services: services.filter((service) => serves(service, pods)),
        ...(scale ? { scale } : {}),
      };
    }),
  );
  return { objects, workloads, services };
};

/** Not one without a selector (its endpoints come from elsewhere), nor a mere name for another host. */
const selectsPods = (object: KubeObject): boolean =>
  object.kind === 'Service' &&
  groupOf(object.apiVersion) === '' &&
  stringAt(object, 'spec', 'type') !== 'ExternalName' &&
  Object.keys(recordAt(object, 'spec', 'selector')).length > 0;

export const serves = (service: KubeObject, { namespace, labels }: PlannedPods): boolean =>
  service.metadata.namespace === namespace &&
  matchesSelector({ matchLabels: recordAt(service, 'spec', 'selector') as Record<string, string> }, labels);

export const nameOf = ({ spec }: Container): string => stringAt(spec, 'name') ?? '';

/** The containers that listen at a port of this name, or of this number, as far as they say. */
export const listeners = (workload: Workload, port: unknown): Container[] =>
  workload.containers.filter(({ spec }) =>
    listAt(spec, 'ports').some(
      (declared) =>
        isRecord(declared) && (typeof port === 'string' ? declared.name : declared.containerPort) === port,
    ),
  );

/** A Service's ports with what they lead to: the port of the pods, by name or number. */
export const portsOf = (service: KubeObject): { index: number; target: unknown }[] =>
  listAt(service, 'spec', 'ports').flatMap((port, index) =>
    isRecord(port) ? [{ index, target: port.targetPort ?? port.port }] : [],
  );

/**
 * Containers that a Service sends traffic to. Ports need not be declared; where nobody declares one it is taken for the
 * first container's, as by kubectl.
 */
export const reached = (workload: Workload): { container: Container; by: KubeObject }[] => {
  const found = new Map<Container, KubeObject>();
  for (const service of workload.services) {
    for (const { target } of portsOf(service)) {
      const declared = listeners(workload, target);
      const unnamed = typeof target === 'string' ? [] : workload.containers.slice(0, 1);
      for (const container of declared.length > 0 ? declared : unnamed) {
        if (!found.has(container)) found.set(container, service);
      }
    }
  }
  return [...found].map(([container, by]) => ({ container, by }));
};

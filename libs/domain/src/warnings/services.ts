import { describeRef, refOf } from '../kubernetes/objects';
import { plannedPods } from '../rendering/pod-selector';
import { listeners, portsOf, serves, type Scene, type Workload } from './scene';
import { warning, type Warning } from './warning';

/** Whether Services and workloads find each other. */
export const serviceWarnings = (scene: Scene): Warning[] => [
  ...scene.workloads
    .filter(wantsService)
    .map(({ object }) =>
      warning(
        'service-missing',
        object,
        ['spec', 'template', 'metadata', 'labels'],
        'no Service of the manifests selects its pods; if nothing is to reach them, say `ports: []` in every container',
      ),
    ),
  ...selectsNothing(scene),
  ...unknownPorts(scene),
];

/** Not a DaemonSet, which is an agent of its node more often than not. */
const wantsService = ({ services, containers, scale }: Workload): boolean =>
  scale !== undefined && services.length === 0 && !containers.every(({ spec }) => saysNoPorts(spec.ports));

const saysNoPorts = (ports: unknown): boolean => Array.isArray(ports) && ports.length === 0;

const selectsNothing = ({ services, objects }: Scene): Warning[] => {
  const pods = objects.flatMap(plannedPods);
  return services
    .filter((service) => !pods.some((some) => serves(service, some)))
    .map((service) =>
      warning(
        'service-selects-nothing',
        service,
        ['spec', 'selector'],
        'it selects no pods of the manifests: whoever asks it gets no answer',
      ),
    );
};

/** Ports by name only: a number leads to whoever listens there, declared or not. */
const unknownPorts = ({ services, workloads }: Scene): Warning[] =>
  services.flatMap((service) =>
    portsOf(service).flatMap(({ index, target }) => {
      if (typeof target !== 'string') return [];
      const deaf = workloads.find(
        (workload) => workload.services.includes(service) && listeners(workload, target).length === 0,
      );
      if (!deaf) return [];
      const message = `no container of ${describeRef(refOf(deaf.object))} names a port "${target}"`;
      return [warning('target-port-unknown', service, ['spec', 'ports', index, 'targetPort'], message)];
    }),
  );

import { sameJson } from '../kernel/same-json';
import { describeRef, refOf, type KubeObject } from '../kubernetes/objects';
import { isRecord, listAt, numberAt, stringAt, valueAt } from '../manifests/json';
import { CONTAINER_LISTS, podTemplatePaths } from '../manifests/pod-templates';
import { nameOf, reached, type Container, type Scene, type Workload } from './scene';
import { warning, type Warning } from './warning';

const POD = ['spec', 'template', 'spec'] as const;

/** Whether containers come and go without anybody noticing. */
export const containerWarnings = ({ workloads, objects }: Scene): Warning[] => [
  ...workloads.flatMap((workload) => [
    ...reached(workload).flatMap(({ container, by }) => served(workload, container, by)),
    ...gracePeriod(workload),
    ...workload.containers.flatMap((container) => sameProbes(workload, container)),
  ]),
  ...objects.flatMap(mutableTags),
];

const served = ({ object }: Workload, container: Container, by: KubeObject): Warning[] => {
  const { index, spec } = container;
  const place = [...POD, 'containers', index];
  const who = `container "${nameOf(container)}" is behind ${describeRef(refOf(by))}`;
  const found: Warning[] = [];
  if (!isRecord(spec.readinessProbe)) {
    const message = `${who} and has no readinessProbe: it gets traffic before it can serve`;
    found.push(warning('readiness-probe-missing', object, [...place, 'readinessProbe'], message));
  }
  if (!isRecord(valueAt(spec, 'lifecycle', 'preStop'))) {
    const message = `${who} and has no preStop hook: it may stop before the last traffic has found another way`;
    found.push(warning('pre-stop-hook-missing', object, [...place, 'lifecycle', 'preStop'], message));
  }
  return found;
};

const gracePeriod = ({ object, services: [service] }: Workload): Warning[] => {
  if (!service || numberAt(object, ...POD, 'terminationGracePeriodSeconds') !== 0) return [];
  const path = [...POD, 'terminationGracePeriodSeconds'];
  const message = `its pods are behind ${describeRef(refOf(service))} and are killed at once: requests under way are lost`;
  return [warning('grace-period-zero', object, path, message)];
};

/** Thresholds included: a liveness probe that asks the same and gives up later is good practice. */
const sameProbes = ({ object }: Workload, container: Container): Warning[] => {
  const { readinessProbe, livenessProbe } = container.spec;
  if (!isRecord(livenessProbe) || !sameJson(livenessProbe, readinessProbe)) return [];
  const path = [...POD, 'containers', container.index, 'livenessProbe'];
  const message = `container "${nameOf(container)}" is restarted as soon as it is not ready: under load all of them at once`;
  return [warning('liveness-equals-readiness', object, path, message)];
};

const mutableTags = (object: KubeObject): Warning[] =>
  podTemplatePaths(object).flatMap((path) =>
    CONTAINER_LISTS.flatMap((list) =>
      listAt(object, ...path, 'spec', list).flatMap((container, index) => {
        const image = stringAt(container, 'image');
        if (image === undefined || !isMutable(image)) return [];
        const message = `"${image}" is another image tomorrow: name a version or a digest`;
        return [warning('image-tag-mutable', object, [...path, 'spec', list, index, 'image'], message)];
      }),
    ),
  );

/** `latest`, which is also what no tag means. */
const isMutable = (image: string): boolean => {
  if (image.includes('@')) return false;
  const [, tag = 'latest'] = image.slice(image.lastIndexOf('/') + 1).split(':');
  return tag === 'latest';
};

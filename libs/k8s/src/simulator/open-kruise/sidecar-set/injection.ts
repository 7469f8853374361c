import { type KubeObject } from '@keelson/domain';
import { matchesSelector } from '../../api/selectors';
import { type JsonObject, listAt, objectAt, without } from '../../json';
import { INJECTED, marksFor, sidecarsOf } from './marks';

/** Fields of a sidecar that are no container's. */
const OWN_FIELDS = ['podInjectPolicy', 'upgradeStrategy', 'shareVolumePolicy', 'transferEnv'];

export const selects = (set: KubeObject, { metadata }: KubeObject): boolean => {
  const { namespace, selector } = objectAt(set, 'spec');
  return (
    (namespace === undefined || namespace === metadata.namespace) &&
    matchesSelector(selector, metadata.labels ?? {})
  );
};

/** What OpenKruise's webhook makes of a pod that is being created: the sidecars of every set that selects it. */
export const injectSidecars = (pod: KubeObject, sets: readonly KubeObject[], time: string): KubeObject =>
  sets
    .filter((set) => selects(set, pod) && !isIn(set, pod))
    .filter((set) => objectAt(objectAt(set, 'spec'), 'injectionStrategy').paused !== true)
    .reduce((injected, set) => inject(injected, set, time), pod);

const isIn = ({ metadata: { name } }: KubeObject, { metadata }: KubeObject): boolean =>
  (metadata.annotations?.[INJECTED] ?? '').split(',').includes(name);

function inject(pod: KubeObject, set: KubeObject, time: string): KubeObject {
  const spec = objectAt(pod, 'spec');
  const sidecars = sidecarsOf(set);
  const isBefore = ({ podInjectPolicy }: JsonObject) => podInjectPolicy !== 'AfterAppContainer';
  const containers = [
    ...sidecars.filter(isBefore).map(containerOf),
    ...listAt(spec, 'containers'),
    ...sidecars.filter((sidecar) => !isBefore(sidecar)).map(containerOf),
  ];
  const volumes = [...listAt(spec, 'volumes'), ...listAt(set.spec, 'volumes')];
  return {
    ...pod,
    metadata: {
      ...pod.metadata,
      annotations: { ...pod.metadata.annotations, ...marksFor(pod, set, time) },
    },
    spec: { ...spec, containers, ...(volumes.length > 0 ? { volumes } : {}) },
  };
}

const containerOf = (sidecar: JsonObject): JsonObject => {
  const container = OWN_FIELDS.reduce((rest, field) => without(rest, field), sidecar);
  const env = [...listAt(container, 'env'), { name: 'IS_INJECTED', value: 'true' }];
  return { ...container, env };
};

import { type KubeObject } from '@keelson/domain';
import { type JsonObject, isObject, listAt, objectAt } from '../../json';
import { controllerReference } from '../replica-set';
import { REVISION_LABEL } from '../revisions';

/** Names, labels and volumes by which a pod is the n-th of its set, whenever it is made. */

/** -1 for a pod whose name is not one that the set gives. */
export function ordinalOf(set: KubeObject, { metadata }: KubeObject): number {
  const prefix = `${set.metadata.name}-`;
  const rest = metadata.name.startsWith(prefix) ? metadata.name.slice(prefix.length) : '';
  return /^\d+$/.test(rest) ? Number(rest) : -1;
}

export function statefulPod(
  set: KubeObject,
  template: JsonObject,
  ordinal: number,
  revision: string,
): KubeObject {
  const { name: owner, namespace } = set.metadata;
  const { labels, annotations } = objectAt(template, 'metadata');
  const name = `${owner}-${ordinal}`;
  const { serviceName } = objectAt(set, 'spec');
  const spec = objectAt(template, 'spec');
  const claimed = claimsOf(set, ordinal).map(({ metadata }) => ({
    name: metadata.name.slice(0, -`-${name}`.length),
    persistentVolumeClaim: { claimName: metadata.name },
  }));
  const volumes = [...claimed, ...listAt(spec, 'volumes')];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      generateName: `${owner}-`,
      ...(namespace === undefined ? {} : { namespace }),
      labels: {
        ...(labels as Record<string, string> | undefined),
        [REVISION_LABEL]: revision,
        'statefulset.kubernetes.io/pod-name': name,
      },
      ...(annotations === undefined ? {} : { annotations: annotations as Record<string, string> }),
      ownerReferences: [controllerReference(set)],
    },
    spec: {
      ...spec,
      hostname: name,
      ...(serviceName ? { subdomain: serviceName } : {}),
      ...(volumes.length > 0 ? { volumes } : {}),
    },
  };
}

/** The volume claims of one ordinal; they outlive its pod. */
export const claimsOf = (set: KubeObject, ordinal: number): KubeObject[] => {
  const { name, namespace } = set.metadata;
  const spec = objectAt(set, 'spec');
  return listAt(spec, 'volumeClaimTemplates')
    .filter(isObject)
    .map((claim) => {
      const { name: template, labels } = objectAt(claim, 'metadata');
      const matched = objectAt(objectAt(spec, 'selector'), 'matchLabels');
      const metadata = {
        name: `${String(template)}-${name}-${ordinal}`,
        ...(namespace === undefined ? {} : { namespace }),
        labels: { ...(labels as Record<string, string> | undefined), ...(matched as Record<string, string>) },
      };
      return { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata, spec: objectAt(claim, 'spec') };
    });
};

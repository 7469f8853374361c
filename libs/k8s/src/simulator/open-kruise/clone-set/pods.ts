import { type KubeObject } from '@keelson/domain';
import { listAt, objectAt } from '../../json';
import { controllerReference } from '../../controllers/replica-set';
import { REVISION_LABEL, templateIn } from '../../controllers/revisions';
import { IN_PLACE_READY } from './in-place';
import { type UpdateType } from './settings';

/** A pod of one revision, with an id that nothing else of the set has. */
export function clonedPod(set: KubeObject, revision: KubeObject, type: UpdateType, id: string): KubeObject {
  const { name, namespace } = set.metadata;
  const template = templateIn(revision);
  const { labels, annotations } = objectAt(template, 'metadata');
  const spec = objectAt(template, 'spec');
  const gates = [...listAt(spec, 'readinessGates'), { conditionType: IN_PLACE_READY }];
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `${name}-${id}`,
      generateName: `${name}-`,
      ...(namespace === undefined ? {} : { namespace }),
      labels: {
        ...(labels as Record<string, string> | undefined),
        [REVISION_LABEL]: revision.metadata.name,
        'apps.kruise.io/cloneset-instance-id': id,
        'lifecycle.apps.kruise.io/state': 'Normal',
      },
      ...(annotations === undefined ? {} : { annotations: annotations as Record<string, string> }),
      ownerReferences: [controllerReference(set)],
    },
    spec: type === 'ReCreate' ? spec : { ...spec, readinessGates: gates },
  };
}

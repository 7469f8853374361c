import { type KubeObject } from '@keelson/domain';
import { type FieldProblem, invalidValue, required } from '../api/api-error';
import { changeObject, fill, isObject, listAt, objectAt, textAt } from '../json';
import { normaliseResources } from './quantities';

/** Namespace, PersistentVolumeClaim and CustomResourceDefinition. */

export const NAMESPACE_LABEL = 'kubernetes.io/metadata.name';

export const namespaceDefaults = (object: KubeObject): KubeObject => {
  const labelled = changeObject(
    fill(object, { spec: { finalizers: ['kubernetes'] } }),
    'metadata',
    (metadata) =>
      changeObject(fill(metadata, { labels: {} }), 'labels', (labels) =>
        fill(labels, { [NAMESPACE_LABEL]: metadata.name }),
      ),
  );
  return fill(labelled, { status: { phase: 'Active' } });
};

export const claimDefaults = (object: KubeObject): KubeObject =>
  fill(
    changeObject(object, 'spec', (spec) =>
      changeObject(fill(spec, { volumeMode: 'Filesystem' }), 'resources', normaliseResources),
    ),
    { status: { phase: 'Pending' } },
  );

/** Holds a claim until no pod uses it; see ClaimController. */
export const CLAIM_PROTECTION = 'kubernetes.io/pvc-protection';

export const protectClaim = (object: KubeObject): KubeObject =>
  changeObject(object, 'metadata', (metadata) => ({
    ...metadata,
    finalizers: [...listAt(metadata, 'finalizers'), CLAIM_PROTECTION],
  }));

export const crdDefaults = (object: KubeObject): KubeObject =>
  changeObject(object, 'spec', (spec) =>
    changeObject(fill(spec, { conversion: { strategy: 'None' } }), 'names', (names) => {
      const kind = typeof names.kind === 'string' ? names.kind : '';
      return fill(names, { singular: kind.toLowerCase(), listKind: `${kind}List` });
    }),
  );

export function crdProblems(next: KubeObject, live: KubeObject | undefined): FieldProblem[] {
  const spec = objectAt(next, 'spec');
  const names = objectAt(spec, 'names');
  const problems: FieldProblem[] = [];
  if (!spec.group) problems.push(required('spec.group'));
  if (!names.plural) problems.push(required('spec.names.plural'));
  if (!names.kind) problems.push(required('spec.names.kind'));
  if (spec.scope !== 'Namespaced' && spec.scope !== 'Cluster') problems.push(required('spec.scope'));
  const expected = `${textAt(names, 'plural')}.${textAt(spec, 'group')}`;
  if (spec.group && names.plural && next.metadata.name !== expected) {
    problems.push(
      invalidValue('metadata.name', next.metadata.name, 'must be spec.names.plural+"."+spec.group'),
    );
  }
  const versions = listAt(spec, 'versions').filter(isObject);
  if (versions.filter((version) => version.storage === true).length !== 1) {
    problems.push(
      invalidValue(
        'spec.versions',
        versions.length,
        'must have exactly one version marked as storage version',
      ),
    );
  }
  versions.forEach((version, index) => {
    if (!isObject(objectAt(version, 'schema').openAPIV3Schema)) {
      problems.push(required(`spec.versions[${index}].schema.openAPIV3Schema`, 'schemas are required'));
    }
  });
  if (live && objectAt(live, 'spec').scope !== spec.scope) {
    problems.push(invalidValue('spec.scope', spec.scope, 'field is immutable'));
  }
  return problems;
}

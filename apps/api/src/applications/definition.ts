import {
  DEFAULT_STRATEGY,
  parseManifests,
  validateBlueGreen,
  validateDependencies,
  validateIgnoredFields,
  validateOverrides,
  validatePlacement,
  validateStrategy,
  type ApplicationDefinition,
  type KubeObject,
  type ManifestInput,
} from '@keelson/domain';
import { invalid } from '../http/problem';
import type { DefinitionBody } from './applications.operations';

/** A definition out of a body that has the right shape. Throws a Problem that names every mistake found. */
export const toDefinition = (body: DefinitionBody): ApplicationDefinition => {
  const {
    project,
    labels,
    namespace,
    placement,
    overrides,
    dependsOn,
    drift,
    whenToTakeOver,
    disruptionBudget,
  } = body;
  const strategy = body.strategy ?? DEFAULT_STRATEGY;
  const parsed = parseManifests(manifestInput(body), namespace);
  const errors = [
    ...(parsed.ok
      ? [
          ...validateOverrides(parsed.objects, overrides),
          ...validateIgnoredFields(parsed.objects, drift.ignoreFields),
          ...validateBlueGreen(parsed.objects, strategy),
        ]
      : parsed.errors),
    ...validatePlacement(placement),
    ...validateStrategy(strategy),
    ...validateDependencies(dependsOn),
  ];
  if (!parsed.ok || errors.length > 0) throw invalid(errors);
  const { objects } = parsed;
  const policy = {
    drift: drift.policy,
    whenToTakeOver,
    ...(drift.ignoreFields.length > 0 ? { ignoreFields: drift.ignoreFields } : {}),
  };
  return {
    project,
    labels,
    namespace,
    objects,
    placement,
    overrides,
    strategy,
    dependsOn,
    policy,
    disruptionBudget,
  };
};

/** Only the fields that are there, as the domain tells an absent field from one that is undefined. */
export const manifestInput = (body: {
  manifests?: unknown[] | undefined;
  manifestYaml?: string | undefined;
}): ManifestInput => ({
  ...(body.manifests === undefined ? {} : { manifests: body.manifests }),
  ...(body.manifestYaml === undefined ? {} : { manifestYaml: body.manifestYaml }),
});

export const parsedObjects = (input: ManifestInput, namespace: string): readonly KubeObject[] => {
  const parsed = parseManifests(input, namespace);
  if (!parsed.ok) throw invalid(parsed.errors);
  return parsed.objects;
};

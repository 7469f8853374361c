import {
  mergeImages,
  parseManifests,
  reject,
  revisionOf,
  validateBlueGreen,
  validateOverrides,
  validateStrategy,
  type ApplicationDefinition,
  type FieldError,
  type KubeObject,
  type Rejection,
  type Release,
  type Strategy,
} from '@keelson/domain';
import { manifestInput } from '../applications/definition';
import type { ReleaseBody } from './releases.operations';

/** What a run brings to the fleet. */
export interface PreparedRelease {
  readonly objects: readonly KubeObject[];
  readonly revision: string;
  readonly strategy: Strategy;
}

export type Preparation =
  | { readonly ok: true; readonly release: PreparedRelease }
  | { readonly ok: false; readonly rejection: Rejection };

/** A request's manifests, else the definition's, with its images; the overrides in force must still fit them. */
export const prepareRelease = (body: ReleaseBody, definition: ApplicationDefinition): Preparation => {
  const { strategy = definition.strategy } = body;
  const parsed =
    body.manifests === undefined && body.manifestYaml === undefined
      ? { ok: true as const, objects: definition.objects }
      : parseManifests(manifestInput(body), definition.namespace);
  const merged = parsed.ok ? mergeImages(parsed.objects, body.images) : parsed;
  if (!merged.ok) return mistakes([...merged.errors, ...validateStrategy(strategy)]);
  return fitting(merged.objects, strategy, definition);
};

/** What an earlier release had, for the application as it is now. */
export const prepareRollback = (
  { objects }: Pick<Release, 'objects'>,
  strategy: Strategy | undefined,
  definition: ApplicationDefinition,
): Preparation => fitting(objects, strategy ?? definition.strategy, definition);

const fitting = (
  objects: readonly KubeObject[],
  strategy: Strategy,
  { overrides }: ApplicationDefinition,
): Preparation => {
  const errors = [
    ...validateOverrides(objects, overrides),
    ...validateStrategy(strategy),
    ...validateBlueGreen(objects, strategy),
  ];
  if (errors.length > 0) return mistakes(errors);
  return { ok: true, release: { objects, revision: revisionOf(objects), strategy } };
};

const mistakes = (errors: readonly FieldError[]): Preparation =>
  reject('invalid', 'validation-failed', describe(errors), errors);

const describe = ([first]: readonly FieldError[]): string => (first ? `${first.path}: ${first.message}` : '');

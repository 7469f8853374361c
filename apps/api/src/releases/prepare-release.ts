import {
  mergeImages,
  parseManifests,
  reject,
  revisionOf,
  validateOverrides,
  validateStrategy,
  type ApplicationDefinition,
  type FieldError,
  type KubeObject,
  type Rejection,
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
  const errors: FieldError[] = [
    ...(merged.ok ? validateOverrides(merged.objects, definition.overrides) : merged.errors),
    ...validateStrategy(strategy),
  ];
  if (!merged.ok || errors.length > 0) {
    return reject('invalid', 'validation-failed', describe(errors), errors);
  }
  const { objects } = merged;
  return { ok: true, release: { objects, revision: revisionOf(objects), strategy } };
};

const describe = ([first]: readonly FieldError[]): string => (first ? `${first.path}: ${first.message}` : '');

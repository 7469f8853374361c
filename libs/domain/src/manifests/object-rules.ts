import type { FieldError } from '../kernel/decider';
import { groupOf, type KubeObject } from '../kubernetes/objects';
import { isRecord, pointer, valueAt, withoutValueAt, type JsonObject } from './json';
import { labelKeyProblem, labelValueProblem } from './labels';
import { isDnsLabel, nameProblem } from './names';
import { podTemplatePaths } from './pod-templates';

const OWN_PREFIX = 'keelson.dev/';
const API_VERSION = /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const KIND = /^[A-Za-z]([-A-Za-z0-9]*[A-Za-z0-9])?$/;

/**
 * Fields that the API server owns. They come along when a manifest is copied from a live cluster, and are dropped
 * without an error because nobody means them; the last-applied annotation may even hold an old Secret.
 */
const SERVER_OWNED: readonly (readonly string[])[] = [
  ['status'],
  ...[
    'uid',
    'resourceVersion',
    'generation',
    'creationTimestamp',
    'deletionTimestamp',
    'deletionGracePeriodSeconds',
    'managedFields',
    'selfLink',
  ].map((field) => ['metadata', field]),
  ['metadata', 'annotations', 'kubectl.kubernetes.io/last-applied-configuration'],
  ['spec', 'template', 'metadata', 'creationTimestamp'],
  ['spec', 'jobTemplate', 'metadata', 'creationTimestamp'],
  ['spec', 'jobTemplate', 'spec', 'template', 'metadata', 'creationTimestamp'],
];

export const withoutServerOwned = (manifest: JsonObject): JsonObject =>
  SERVER_OWNED.reduce<JsonObject>((object, path) => withoutValueAt(object, path), manifest);

/** True when a value has what everything else relies on: apiVersion, kind and metadata.name. */
export const isKubeObject = (manifest: JsonObject): manifest is KubeObject =>
  typeof manifest.apiVersion === 'string' &&
  typeof manifest.kind === 'string' &&
  isRecord(manifest.metadata) &&
  typeof manifest.metadata.name === 'string';

/** Why a manifest cannot be taken, with JSON Pointers into the manifest. Empty: it can. */
export const manifestProblems = (manifest: JsonObject): FieldError[] => {
  const identity = identityProblems(manifest);
  return identity.length > 0 || !isKubeObject(manifest)
    ? identity
    : [...metadataProblems(manifest), ...templateProblems(manifest), ...secretProblems(manifest)];
};

const identityProblems = (manifest: JsonObject): FieldError[] => {
  const { apiVersion, kind, metadata } = manifest;
  const errors: FieldError[] = [];
  if (typeof apiVersion !== 'string' || !API_VERSION.test(apiVersion)) {
    errors.push({ path: '/apiVersion', message: 'must be VERSION or GROUP/VERSION, such as v1 or apps/v1' });
  }
  if (typeof kind !== 'string' || kind.length > 63 || !KIND.test(kind)) {
    errors.push({ path: '/kind', message: 'must be the name of a kind, such as Deployment' });
  }
  if (!isRecord(metadata))
    return [...errors, { path: '/metadata', message: 'must be an object with a name' }];
  const { name, generateName } = metadata;
  if (name === undefined || name === null || name === '') {
    const why =
      generateName === undefined ? 'is missing' : 'is needed: a generated name is new at every apply';
    return [...errors, { path: '/metadata/name', message: why }];
  }
  const message =
    typeof name !== 'string'
      ? 'must be a string'
      : errors.length === 0
        ? nameProblem(String(apiVersion), String(kind), name)
        : undefined;
  return message === undefined ? errors : [...errors, { path: '/metadata/name', message }];
};

const metadataProblems = ({ metadata }: KubeObject): FieldError[] => {
  const errors: FieldError[] = [];
  const { namespace } = metadata as JsonObject;
  if (namespace !== undefined && (typeof namespace !== 'string' || !isDnsLabel(namespace))) {
    errors.push({ path: '/metadata/namespace', message: 'must be a DNS-1123 label' });
  }
  return [...errors, ...markProblems(metadata, ['metadata'])];
};

const templateProblems = (object: KubeObject): FieldError[] =>
  podTemplatePaths(object)
    .filter((path) => path.length > 0)
    .flatMap((path) => markProblems(valueAt(object, ...path, 'metadata'), [...path, 'metadata']));

/** Labels and annotations: their syntax, and that none is ours. */
const markProblems = (metadata: unknown, path: readonly string[]): FieldError[] =>
  (['labels', 'annotations'] as const).flatMap((field) => {
    const marks = valueAt(metadata, field);
    if (marks === undefined || marks === null) return [];
    if (!isRecord(marks)) return [{ path: pointer(...path, field), message: 'must be an object of strings' }];
    return Object.entries(marks).flatMap(([key, value]) => {
      const message = key.startsWith(OWN_PREFIX)
        ? `${OWN_PREFIX}* is set by Keelson itself`
        : (labelKeyProblem(key) ?? (field === 'labels' ? labelValueProblem(value) : textProblem(value)));
      return message === undefined ? [] : [{ path: pointer(...path, field, key), message }];
    });
  });

const textProblem = (value: unknown): string | undefined =>
  typeof value === 'string' ? undefined : 'must be a string: put it in quotes';

export const isSecret = (object: JsonObject): boolean =>
  object.kind === 'Secret' && typeof object.apiVersion === 'string' && groupOf(object.apiVersion) === '';

/** The log is kept for ever and read by many, so no Secret's content may enter it. */
const secretProblems = (object: KubeObject): FieldError[] =>
  isSecret(object)
    ? ['data', 'stringData']
        .filter((field) => !isEmpty(object[field]))
        .map((field) => ({
          path: pointer(field),
          message:
            'Secrets must not enter the log: refer to a Secret that exists, or use an encrypted envelope such as SealedSecret or ExternalSecret',
        }))
    : [];

const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || (isRecord(value) && Object.keys(value).length === 0);

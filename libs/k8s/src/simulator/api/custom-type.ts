import { type KubeObject } from '@keelson/domain';
import { METADATA_ONLY } from '../fields/builtin-schemas';
import { type JsonObject, isObject, listAt, objectAt } from '../json';
import { customScale } from '../kinds/scale';
import { type ResourceType } from './resource-type';
import { mergeSchema, pruneAndDefault, schemaProblems, untypedPart } from './structural-schema';

/** The type that a CRD defines, as it is served once the CRD is Established. */
export function customType(crd: KubeObject): ResourceType {
  const spec = objectAt(crd, 'spec');
  const names = objectAt(spec, 'names');
  const versions = listAt(spec, 'versions')
    .filter(isObject)
    .filter((version) => version.served !== false);
  // Storage version first: discovery prefers it here, and its schema says how lists merge.
  versions.sort((a, b) => Number(b.storage === true) - Number(a.storage === true));
  const schemas = new Map(versions.map((version) => [String(version.name), schemaOf(version)]));
  const [first = {}] = [...schemas.values()];
  const hasStatus = versions.some((version) => isObject(objectAt(version, 'subresources').status));
  const scale = versions.map((version) => objectAt(version, 'subresources').scale).find(isObject);
  return {
    group: String(spec.group),
    versions: [...schemas.keys()],
    kind: String(names.kind),
    plural: String(names.plural),
    singular: String(names.singular),
    shortNames: listAt(names, 'shortNames').map(String),
    namespaced: spec.scope === 'Namespaced',
    hasStatus,
    generation: 'content',
    custom: true,
    updatesUnconditionally: false,
    scale: scale === undefined ? undefined : customScale(scale),
    schema: { bare: true, fields: { ...mergeSchema(first).fields, ...METADATA_ONLY.fields } },
    defaults: (object) => withSchema(object, schemas),
    allocate: (object) => object,
    advance: (object) => object,
    untyped: (configuration) => untypedPart(configuration, wholeSchema(configuration, schemas)),
    validate: (next) => schemaProblems(next, wholeSchema(next, schemas), ''),
  };
}

const schemaOf = (version: JsonObject): JsonObject =>
  objectAt(objectAt(version, 'schema'), 'openAPIV3Schema');

const schemaFor = (object: KubeObject, schemas: ReadonlyMap<string, JsonObject>): JsonObject =>
  schemas.get(object.apiVersion.split('/')[1] ?? '') ?? {};

/** The envelope is the server's business, not the schema's. */
const ENVELOPE = {
  apiVersion: { type: 'string' },
  kind: { type: 'string' },
  metadata: { 'x-kubernetes-preserve-unknown-fields': true },
};

const wholeSchema = (object: KubeObject, schemas: ReadonlyMap<string, JsonObject>): JsonObject => {
  const schema = schemaFor(object, schemas);
  return { ...schema, properties: { ...objectAt(schema, 'properties'), ...ENVELOPE } };
};

const withSchema = (object: KubeObject, schemas: ReadonlyMap<string, JsonObject>): KubeObject =>
  pruneAndDefault(object, wholeSchema(object, schemas)) as KubeObject;

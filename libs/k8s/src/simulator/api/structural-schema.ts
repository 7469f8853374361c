import { type Schema, keyed } from '../fields/schema';
import { type JsonObject, change, changeItems, isObject, listAt, objectAt } from '../json';
import { type FieldProblem, invalidValue, required } from './api-error';

/**
 * The part of OpenAPI v3 that CRDs use: unknown fields are pruned, defaults filled, values checked.
 * Source: k8s.io/apiextensions-apiserver/pkg/apiserver/schema.
 */

const preserves = (schema: JsonObject): boolean =>
  schema['x-kubernetes-preserve-unknown-fields'] === true || schema.additionalProperties === true;

const childSchema = (schema: JsonObject, field: string): JsonObject | undefined => {
  const declared = objectAt(schema, 'properties')[field];
  if (isObject(declared)) return declared;
  return isObject(schema.additionalProperties) ? schema.additionalProperties : undefined;
};

/** Drops what the schema does not know and fills what it defaults; the same reference if nothing changes. */
export function pruneAndDefault(value: JsonObject, schema: JsonObject): JsonObject {
  let result = value;
  for (const field in value) {
    const child = childSchema(schema, field);
    if (child) result = change(result, field, (inner) => pruneValue(inner, child));
    else if (!preserves(schema)) result = change(result, field, () => undefined);
  }
  for (const [field, child] of Object.entries(objectAt(schema, 'properties'))) {
    if (result[field] === undefined && isObject(child) && child.default !== undefined) {
      result = { ...result, [field]: pruneValue(child.default, child) };
    }
  }
  return result;
}

function pruneValue(value: unknown, schema: JsonObject): unknown {
  if (isObject(value)) return pruneAndDefault(value, schema);
  if (!Array.isArray(value) || !isObject(schema.items)) return value;
  const items = schema.items;
  return changeItems({ value }, 'value', (item) => pruneAndDefault(item, items)).value;
}

/**
 * Where a configuration does not fit the types, which an apply does not forgive as the other verbs do.
 * Source: sigs.k8s.io/structured-merge-diff/v4/typed/validate.go.
 * @param path of the value, `.spec.size`
 */
export function untypedPart(value: unknown, schema: JsonObject, path = ''): string | undefined {
  const wanted = typeof schema.type === 'string' ? schema.type : undefined;
  if (value === null || schema['x-kubernetes-int-or-string'] === true) return undefined;
  if (wanted !== undefined && TYPES[wanted]?.(value) === false) {
    return `${path}: expected ${wanted}, got ${typeNameOf(value)}`;
  }
  if (Array.isArray(value)) {
    const items = objectAt(schema, 'items');
    return firstOf(value, (item, index) => untypedPart(item, items, `${path}[${index}]`));
  }
  if (!isObject(value)) return undefined;
  return firstOf(Object.entries(value), ([field, inner]) => {
    const child = childSchema(schema, field);
    if (child) return untypedPart(inner, child, `${path}.${field}`);
    return preserves(schema) ? undefined : `${path}.${field}: field not declared in schema`;
  });
}

function firstOf<Item>(
  items: readonly Item[],
  find: (item: Item, index: number) => string | undefined,
): string | undefined {
  for (const [index, item] of items.entries()) {
    const found = find(item, index);
    if (found !== undefined) return found;
  }
  return undefined;
}

const TYPES: Readonly<Record<string, (value: unknown) => boolean>> = {
  object: isObject,
  array: Array.isArray,
  string: (value) => typeof value === 'string',
  boolean: (value) => typeof value === 'boolean',
  integer: (value) => Number.isInteger(value),
  number: (value) => typeof value === 'number',
};

const typeNameOf = (value: unknown): string => {
  if (Array.isArray(value)) return 'array';
  return Number.isInteger(value) ? 'integer' : typeof value;
};

/** Every way in which a value breaks the schema. `path` is the field path of messages, `spec.size`. */
export function schemaProblems(value: unknown, schema: JsonObject, path: string): FieldProblem[] {
  if (schema['x-kubernetes-int-or-string'] === true) return [];
  const wanted = typeof schema.type === 'string' ? schema.type : undefined;
  if (wanted !== undefined && TYPES[wanted]?.(value) === false) {
    const why = `${path || '<root>'} in body must be of type ${wanted}: ${JSON.stringify(typeNameOf(value))}`;
    return [invalidValue(path, value, why)];
  }
  if (isObject(value)) return objectProblems(value, schema, path);
  if (Array.isArray(value) && isObject(schema.items)) {
    const items = schema.items;
    return value.flatMap((item, index) => schemaProblems(item, items, `${path}[${index}]`));
  }
  return scalarProblems(value, schema, path);
}

function objectProblems(value: JsonObject, schema: JsonObject, path: string): FieldProblem[] {
  const at = (field: string) => (path ? `${path}.${field}` : field);
  const missing = listAt(schema, 'required')
    .filter((field): field is string => typeof field === 'string' && value[field] === undefined)
    .map((field) => required(at(field)));
  const wrong = Object.keys(value).flatMap((field) => {
    const child = childSchema(schema, field);
    return child ? schemaProblems(value[field], child, at(field)) : [];
  });
  return [...missing, ...wrong];
}

function scalarProblems(value: unknown, schema: JsonObject, path: string): FieldProblem[] {
  const allowed = listAt(schema, 'enum');
  if (allowed.length > 0 && !allowed.includes(value)) {
    const values = allowed.map((item) => JSON.stringify(item)).join(', ');
    return [
      {
        reason: 'FieldValueNotSupported',
        field: path,
        message: `Unsupported value: ${JSON.stringify(value)}: supported values: ${values}`,
      },
    ];
  }
  if (typeof value === 'number') {
    const { minimum, maximum } = schema;
    if (typeof minimum === 'number' && value < minimum) {
      return [invalidValue(path, value, `${path} in body should be greater than or equal to ${minimum}`)];
    }
    if (typeof maximum === 'number' && value > maximum) {
      return [invalidValue(path, value, `${path} in body should be less than or equal to ${maximum}`)];
    }
  }
  if (
    typeof value === 'string' &&
    typeof schema.pattern === 'string' &&
    !new RegExp(schema.pattern).test(value)
  ) {
    return [invalidValue(path, value, `${path} in body should match '${schema.pattern}'`)];
  }
  return [];
}

/** How lists and maps of a custom resource merge: `x-kubernetes-list-type` and `-map-type`. */
export function mergeSchema(schema: JsonObject): Schema {
  if (schema['x-kubernetes-map-type'] === 'atomic') return { atomic: true };
  const listType = schema['x-kubernetes-list-type'];
  if (listType === 'set') return { set: true };
  if (listType === 'map') {
    const keys = listAt(schema, 'x-kubernetes-list-map-keys').filter((key) => typeof key === 'string');
    return keyed(keys, mergeSchema(objectAt(schema, 'items')));
  }
  const fields = Object.entries(objectAt(schema, 'properties'))
    .filter((entry): entry is [string, JsonObject] => isObject(entry[1]))
    .map(([name, child]) => [name, mergeSchema(child)] as const);
  return fields.length > 0 ? { fields: Object.fromEntries(fields) } : {};
}

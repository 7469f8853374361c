import { applyOperation, JsonPatchError, type Operation } from 'fast-json-patch';
import type { FieldError } from '../kernel/decider';
import { describeRef, keyOf, refOf, type KubeObject } from '../kubernetes/objects';
import { isRecord, pointer, segmentsOf } from '../manifests/json';
import { copyJson, MAX_EXPANDED } from '../manifests/json-rules';
import { isKubeObject, manifestProblems, withoutServerOwned } from '../manifests/object-rules';
import type { PatchOperation } from './facets';

export type Patched =
  | { readonly ok: true; readonly object: KubeObject }
  | { readonly ok: false; readonly errors: readonly FieldError[] };

/**
 * Applies an RFC 6902 patch to a copy of an object. What comes out is held to the rules for manifests again,
 * so that no patch brings in what a manifest may not: Secret content, our own marks, another identity.
 *
 * @param base JSON Pointer of the patch in the request, for error paths
 */
export const patchObject = (object: KubeObject, patch: readonly PatchOperation[], base: string): Patched => {
  let document: unknown = structuredClone(object);
  for (const [index, operation] of patch.entries()) {
    const result = applyOne(document, operation);
    if (!result.ok) {
      const { op, path } = operation;
      const message = `${describeRef(refOf(object))}: ${op} ${path}: ${result.why}`;
      return { ok: false, errors: [{ path: base + pointer(index), message }] };
    }
    document = result.document;
  }
  return checked(object, document, base);
};

type Step = { readonly ok: true; readonly document: unknown } | { readonly ok: false; readonly why: string };

const OPERATIONS = new Set<string>(['add', 'remove', 'replace', 'move', 'copy', 'test']);

const applyOne = (document: unknown, operation: PatchOperation): Step => {
  const { op, path, from } = operation;
  // The library has two operations more, of its own.
  if (!OPERATIONS.has(op)) return { ok: false, why: 'is no operation of RFC 6902' };
  const mustExist = op === 'remove' || op === 'replace' || op === 'test';
  if (!resolves(document, path, mustExist)) return { ok: false, why: 'the path does not exist' };
  if (from !== undefined && !resolves(document, from, true)) {
    return { ok: false, why: `there is nothing at ${from}` };
  }
  try {
    const { newDocument } = applyOperation(
      document,
      structuredClone(operation) as Operation,
      true,
      true,
      true,
    );
    return { ok: true, document: newDocument };
  } catch (error) {
    return { ok: false, why: whyNot(error) };
  }
};

/** The library's messages carry the whole document; its names say enough. */
const whyNot = (error: unknown): string => {
  const name = error instanceof JsonPatchError ? error.name : '';
  if (name === 'TEST_OPERATION_FAILED') return 'another value is there';
  if (name === 'OPERATION_VALUE_REQUIRED') return 'a value is needed';
  if (name === 'OPERATION_FROM_REQUIRED') return 'from is needed';
  return 'is no operation that RFC 6902 allows here';
};

const INDEX = /^(0|[1-9]\d*)$/;

/**
 * Whether a pointer leads through values that are the document's own. The library walks inherited properties too:
 * `replace /metadata/constructor/keys` would replace Object.keys for the whole process, and its own guard only
 * knows `__proto__` and `constructor/prototype`. It also takes `/list/` for `/list/0`.
 */
const resolves = (document: unknown, path: string, mustExist: boolean): boolean => {
  if (path !== '' && !path.startsWith('/')) return false;
  const segments = segmentsOf(path);
  let value = document;
  for (const [index, segment] of segments.entries()) {
    const creates = !mustExist && index === segments.length - 1;
    if (Array.isArray(value)) {
      if (creates) return segment === '-' || (INDEX.test(segment) && Number(segment) <= value.length);
      if (!INDEX.test(segment) || Number(segment) >= value.length) return false;
      value = value[Number(segment)] as unknown;
    } else if (isRecord(value)) {
      if (creates) return segment !== '__proto__';
      if (!Object.hasOwn(value, segment)) return false;
      value = value[segment];
    } else {
      return false;
    }
  }
  return true;
};

const checked = (before: KubeObject, document: unknown, base: string): Patched => {
  const name = describeRef(refOf(before));
  const errors: FieldError[] = [];
  const report = (path: string, message: string): void => {
    errors.push({ path: base, message: `${name}: ${path === '' ? 'the result' : path} ${message}` });
  };
  const copy = copyJson(document, { budget: { left: MAX_EXPANDED }, exactIntegers: false, report });
  if (!isRecord(copy)) report('', 'is no longer an object');
  if (errors.length > 0 || !isRecord(copy)) return { ok: false, errors };

  const object = withoutServerOwned(copy);
  for (const { path, message } of manifestProblems(object)) report(path, message);
  if (errors.length > 0 || !isKubeObject(object)) return { ok: false, errors };
  if (object.apiVersion !== before.apiVersion || keyOf(refOf(object)) !== keyOf(refOf(before))) {
    report(
      '',
      `is another object (${describeRef(refOf(object))}): apiVersion, kind, name and namespace must stay`,
    );
    return { ok: false, errors };
  }
  return { ok: true, object };
};

import type { FieldError } from '../kernel/decider';
import { describeRef, keyOf, refOf, type KubeObject } from '../kubernetes/objects';
import { isRecord, withoutValueAt, withValueAt } from './json';
import { copyJson, MAX_EXPANDED } from './json-rules';
import { isKubeObject, manifestProblems, withoutServerOwned } from './object-rules';
import { clusterScopeOf, isCrd } from './scopes';
import { readSources, type ManifestInput, type Source } from './sources';

export type ParsedManifests =
  | { readonly ok: true; readonly objects: KubeObject[] }
  | { readonly ok: false; readonly errors: readonly FieldError[] };

/** A broken generator breaks every object alike; nobody reads more than this. */
const MAX_ERRORS = 100;

/**
 * Reads the manifests of a request into objects that can be kept: plain JSON, named, each there once, without
 * fields that the server owns, without Secret content, and with a namespace where the kind has one.
 * Error paths are JSON Pointers into the request body; for YAML they are `/manifestYaml` and the message names
 * document and line.
 *
 * @param namespace the application's, for namespaced objects that name none
 */
export const parseManifests = (input: ManifestInput, namespace: string): ParsedManifests => {
  const read = readSources(input);
  if (!read.ok) return read;

  const budget = { left: MAX_EXPANDED };
  const errors: FieldError[] = [];
  const taken: { source: Source; object: KubeObject }[] = [];
  for (const source of read.sources) {
    if (errors.length >= MAX_ERRORS || budget.left < 0) break;
    const object = take(source, budget, errors);
    if (object) taken.push({ source, object });
  }
  if (errors.length > 0) return { ok: false, errors: errors.slice(0, MAX_ERRORS) };

  const clusterScoped = clusterScopeOf(taken.map(({ object }) => object));
  const objects = taken.map(({ object }) =>
    clusterScoped(object.apiVersion, object.kind)
      ? withoutValueAt(object, ['metadata', 'namespace'])
      : withValueAt(object, ['metadata', 'namespace'], object.metadata.namespace ?? namespace),
  );
  const twice = duplicates(objects, taken);
  return twice.length > 0 ? { ok: false, errors: twice.slice(0, MAX_ERRORS) } : { ok: true, objects };
};

const take = (source: Source, budget: { left: number }, errors: FieldError[]): KubeObject | undefined => {
  if (!isRecord(source.value)) {
    errors.push(source.error('', 'must be an object'));
    return undefined;
  }
  const before = errors.length;
  const manifest = copyJson(source.value, {
    budget,
    // A CRD's schema gives bounds as floats (maximum: 9223372036854775807); rounding is what a server does too.
    exactIntegers: !isCrd(source.value as KubeObject),
    report: (path, message) => errors.push(source.error(path, message)),
  });
  if (errors.length > before || !isRecord(manifest)) return undefined;
  const object = withoutServerOwned(manifest);
  errors.push(...manifestProblems(object).map(({ path, message }) => source.error(path, message)));
  return errors.length === before && isKubeObject(object) ? object : undefined;
};

const duplicates = (
  objects: readonly KubeObject[],
  taken: readonly { readonly source: Source }[],
): FieldError[] => {
  const first = new Map<string, string>();
  return objects.flatMap((object, index) => {
    const source = taken[index]?.source;
    const ref = refOf(object);
    const earlier = first.get(keyOf(ref));
    if (!source) return [];
    if (earlier === undefined) {
      first.set(keyOf(ref), source.where);
      return [];
    }
    return [source.error('/metadata/name', `${describeRef(ref)} is already defined at ${earlier}`)];
  });
};

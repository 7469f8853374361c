import type { FieldError } from '../kernel/decider';
import { isRecord, pointer, segmentsOf } from './json';
import { readYaml } from './yaml-documents';

/** What a request says of its manifests: exactly one of the two. */
export interface ManifestInput {
  readonly manifests?: readonly unknown[];
  readonly manifestYaml?: string;
}

/** One manifest as it came in, and how to speak of a place in it. */
export interface Source {
  readonly value: unknown;
  /** For people: `/manifests/2`, `document 3, line 41`. */
  readonly where: string;
  error(path: string, message: string): FieldError;
}

export const MAX_OBJECTS = 1000;

export type Sources =
  | { readonly ok: true; readonly sources: readonly Source[] }
  | { readonly ok: false; readonly errors: readonly FieldError[] };

const refuse = (path: string, message: string): Sources => ({ ok: false, errors: [{ path, message }] });

/** The single manifests of a request, with Lists opened. */
export const readSources = ({ manifests, manifestYaml }: ManifestInput): Sources => {
  if (manifests !== undefined && manifestYaml !== undefined) {
    return refuse('/manifestYaml', 'give either manifests or manifestYaml, not both');
  }
  if (manifestYaml !== undefined) return fromYaml(manifestYaml);
  if (manifests !== undefined) {
    const sources = manifests.map((value, index) => fromJson(value, pointer('manifests', index)));
    return bounded('/manifests', sources.flatMap(open));
  }
  return refuse('/manifests', 'manifests or manifestYaml is needed');
};

const bounded = (path: string, sources: readonly Source[]): Sources => {
  if (sources.length === 0) return refuse(path, 'holds no object');
  if (sources.length <= MAX_OBJECTS) return { ok: true, sources };
  return refuse(path, `holds ${sources.length} objects; at most ${MAX_OBJECTS} are allowed`);
};

const fromJson = (value: unknown, base: string): Source => ({
  value,
  where: base,
  error: (path, message) => ({ path: base + path, message }),
});

const fromYaml = (text: string): Sources => {
  const path = '/manifestYaml';
  const { documents, problems } = readYaml(text);
  if (problems.length > 0) {
    const errors = problems.map(({ number, line, message }) => ({
      path,
      message: `document ${number}, line ${line}: ${message}`,
    }));
    return { ok: false, errors };
  }
  const sources = documents.map(({ number, value, lineOf }): Source => {
    const where = (at: string): string => `document ${number}, line ${lineOf(segmentsOf(at))}`;
    return {
      value,
      where: where(''),
      error: (at, message) => ({ path, message: `${where(at)}: ${at === '' ? '' : `${at} `}${message}` }),
    };
  });
  return bounded(path, sources.flatMap(open));
};

/** The items of a List (`kubectl get … -o yaml` prints one), else the manifest itself. Lists do not nest. */
const open = (source: Source): Source[] => {
  const { value } = source;
  if (!isRecord(value) || typeof value.kind !== 'string' || !value.kind.endsWith('List')) return [source];
  if (!Array.isArray(value.items)) return [source];
  return value.items.map((item, index) => ({
    value: item as unknown,
    where: `${source.where}${pointer('items', index)}`,
    error: (path, message) => source.error(pointer('items', index) + path, message),
  }));
};

import { parseAllDocuments } from 'yaml';
import { UsageError } from '../errors';

/** What can be applied, and where it is put. */
export const KINDS = {
  Application: '/applications',
  Sidecar: '/sidecars',
  Window: '/windows',
  NodeRepairPolicy: '/node-repair-policies',
  Webhook: '/webhooks',
} as const;
export type Kind = keyof typeof KINDS;

/**
 * One document: the body of its PUT. Its fields stand beside kind and name, or under `spec`; those of a Window only
 * there, because it has a kind of its own (Allow or Deny).
 */
export interface AppliedDocument {
  readonly kind: Kind;
  readonly name: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/**
 * Reads every document before anything is sent, so that a mistake in the last one does not leave the first applied.
 * Throws a UsageError that names the document (and the line, for broken YAML).
 */
export const parseDocuments = (source: string, text: string): AppliedDocument[] => {
  const documents = parseAllDocuments(text);
  const list = Array.isArray(documents) ? documents : [];
  const parsed = list.flatMap((document, index) => {
    const where = `${source}, document ${index + 1}`;
    const [broken] = document.errors;
    if (broken) throw new UsageError(`${where}: ${broken.message.trim()}`);
    const value: unknown = document.toJS();
    return value === null ? [] : [appliedDocument(where, value)];
  });
  if (parsed.length === 0) throw new UsageError(`${source}: no documents in it`);
  const names = parsed.map(({ kind, name }) => `${kind.toLowerCase()} ${name}`);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new UsageError(`${source}: ${twice} is in it twice`);
  return parsed;
};

const appliedDocument = (where: string, value: unknown): AppliedDocument => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UsageError(`${where}: not a mapping`);
  }
  const { kind, name, ...fields } = value as Record<string, unknown>;
  if (typeof kind !== 'string') throw new UsageError(`${where}: has no kind; expected "kind: Application"`);
  if (!isKind(kind)) {
    throw new UsageError(
      `${where}: kind ${kind} is not one of Keelson's; Kubernetes objects go under "manifests" of an Application`,
    );
  }
  if (typeof name !== 'string' || name === '') {
    throw new UsageError(`${where}: ${kind === 'Application' ? 'an' : 'a'} ${kind} needs a name`);
  }
  return { kind, name, body: bodyOf(where, kind, fields) };
};

const bodyOf = (
  where: string,
  kind: Kind,
  fields: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> => {
  const { spec, ...others } = fields;
  if (spec === undefined && kind !== 'Window') return fields;
  const [stray] = Object.keys(others);
  if (typeof spec !== 'object' || spec === null || Array.isArray(spec) || stray !== undefined) {
    const found = stray === undefined ? '' : `; "${stray}" stands beside it`;
    throw new UsageError(`${where}: the fields of a ${kind} go under "spec"${found}`);
  }
  return { ...spec };
};

const isKind = (kind: string): kind is Kind => Object.hasOwn(KINDS, kind);

import { parseAllDocuments } from 'yaml';
import { UsageError } from '../errors';

/** One `kind: Application` document: the body of PUT /v1/applications/{name}, with its name beside the fields. */
export interface ApplicationDocument {
  readonly name: string;
  readonly body: Readonly<Record<string, unknown>>;
}

const PLANNED = ['Window', 'Webhook', 'NodeRepairPolicy'];

/**
 * Reads every document before anything is sent, so that a mistake in the last one does not leave the first applied.
 * Throws a UsageError that names the document (and the line, for broken YAML).
 */
export const parseDocuments = (source: string, text: string): ApplicationDocument[] => {
  const documents = parseAllDocuments(text);
  const list = Array.isArray(documents) ? documents : [];
  const parsed = list.flatMap((document, index) => {
    const where = `${source}, document ${index + 1}`;
    const [broken] = document.errors;
    if (broken) throw new UsageError(`${where}: ${broken.message.trim()}`);
    const value: unknown = document.toJS();
    return value === null ? [] : [applicationOf(where, value)];
  });
  if (parsed.length === 0) throw new UsageError(`${source}: no documents in it`);
  const names = parsed.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new UsageError(`${source}: application ${twice} is in it twice`);
  return parsed;
};

const applicationOf = (where: string, value: unknown): ApplicationDocument => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new UsageError(`${where}: not a mapping`);
  }
  const { kind, name, ...body } = value as Record<string, unknown>;
  if (typeof kind !== 'string') throw new UsageError(`${where}: has no kind; expected "kind: Application"`);
  if (PLANNED.includes(kind)) throw new UsageError(`${where}: kind ${kind} is not available yet`);
  if (kind !== 'Application') {
    throw new UsageError(
      `${where}: kind ${kind} is not one of Keelson's; Kubernetes objects go under "manifests" of an Application`,
    );
  }
  if (typeof name !== 'string' || name === '') throw new UsageError(`${where}: an Application needs a name`);
  return { name, body };
};

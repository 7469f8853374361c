/** Something that the person who starts Keelson can put right; told in one line, without a stack. */
export class StartFailure extends Error {
  override readonly name = 'StartFailure';
}

const REFUSED = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'EHOSTUNREACH']);

/** PostgreSQL's class 28 (wrong user or password) and 3D000 (no such database). */
const NOT_LET_IN = /^(?:28|3D000)/;

/** It is going down, was killed, or is not up yet. */
const NOT_UP = /^57P0[123]$/;

/** Of files: it may not be written, or lies where something else is. */
const NO_FOLDER = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST']);

/** The line that says why the start failed, or undefined for what only a stack can explain. */
export const explainFailure = (error: unknown): string | undefined => {
  const { name, code = '', message = '', errors } = error as FailureParts;
  // Node tries all addresses of a name, and then says nothing but "AggregateError".
  if (name === 'AggregateError' && errors?.[0] !== undefined) return explainFailure(errors[0]);
  if (OWN.has(name ?? '')) return oneLine(message);
  if (REFUSED.has(code)) return `the database cannot be reached (${oneLine(message)}): check DATABASE_URL`;
  if (NOT_UP.test(code)) return `the database is not up (${oneLine(message)})`;
  if (NOT_LET_IN.test(code)) return `the database refuses us (${oneLine(message)}): check DATABASE_URL`;
  if (NO_FOLDER.has(code)) return `${oneLine(message)}: check KEELSON_DATA`;
  return undefined;
};

interface FailureParts {
  readonly name?: string;
  readonly code?: string;
  readonly message?: string;
  readonly errors?: readonly unknown[];
}

/** Errors whose messages are written for people. */
const OWN = new Set([
  'StartFailure',
  'EmbeddedPostgresError',
  'MigrationError',
  'ProjectionVersionError',
  'VaultKeyError',
]);

const oneLine = (text: string): string => text.trim().replace(/\s*\n\s*/g, ' | ');

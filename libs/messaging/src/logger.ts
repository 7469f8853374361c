/** What this library needs of a logger; pino's own shape. */
export interface Logger {
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
  warn(fields: Readonly<Record<string, unknown>>, message: string): void;
}

export const silent: Logger = { info: () => undefined, warn: () => undefined };

/** The part of an error that is worth a log line. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message || error.name : String(error);
}

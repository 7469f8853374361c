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

const sameErrorPauseMs = 10_000;

/** A listener that logs the same error once in 10 s: clients repeat it at every try while a server is away. */
export function quietly(
  logger: Logger,
  fields: Readonly<Record<string, unknown>>,
  message: string,
): (error: unknown) => void {
  const lastLogged = new Map<string, number>();
  return (error) => {
    const reason = reasonOf(error);
    const now = Date.now();
    if (now - (lastLogged.get(reason) ?? -Infinity) < sameErrorPauseMs) return;
    // Messages may carry something unique; they must not pile up.
    if (lastLogged.size > 100) lastLogged.clear();
    lastLogged.set(reason, now);
    logger.warn({ ...fields, error: reason }, message);
  };
}

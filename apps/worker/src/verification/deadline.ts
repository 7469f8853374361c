/** The time that a measurement was given is over. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError';
  constructor(timeoutMs: number) {
    super(`no answer within ${timeoutMs / 1000} s`);
  }
}

/** Runs a task whose signal is aborted by the caller's, or with a `DeadlineError` when the time is over. */
export const withDeadline = async <T>(
  timeoutMs: number,
  caller: AbortSignal,
  task: (signal: AbortSignal) => Promise<T>,
): Promise<T> => {
  caller.throwIfAborted();
  const controller = new AbortController();
  const abort = (): void => controller.abort(caller.reason);
  caller.addEventListener('abort', abort, { once: true });
  const timer = setTimeout(() => controller.abort(new DeadlineError(timeoutMs)), timeoutMs);
  try {
    return await task(controller.signal);
  } catch (error) {
    // Whatever an abort surfaced as, its reason is what happened.
    controller.signal.throwIfAborted();
    throw error;
  } finally {
    clearTimeout(timer);
    caller.removeEventListener('abort', abort);
  }
};

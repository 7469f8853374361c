/** The task's outcome, or the signal's reason once it is aborted, whether or not the task takes notice of it. */
export const orAborted = async <T>(task: Promise<T>, signal: AbortSignal): Promise<T> => {
  let abandon = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    abandon = () => reject(signal.reason as Error);
    if (signal.aborted) abandon();
    else signal.addEventListener('abort', abandon, { once: true });
  });
  try {
    return await Promise.race([task, aborted]);
  } finally {
    signal.removeEventListener('abort', abandon);
  }
};

/** What `work` comes to; rejects with the signal's reason as soon as that is aborted, whatever becomes of the work. */
export const unlessAborted = <T>(signal: AbortSignal, work: Promise<T>): Promise<T> => {
  const aborted = new Promise<never>((_, reject) => {
    const give = (): void => reject(signal.reason as Error);
    if (signal.aborted) give();
    else signal.addEventListener('abort', give, { once: true });
  });
  return Promise.race([work, aborted]);
};

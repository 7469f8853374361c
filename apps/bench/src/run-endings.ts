import { followEvents, type ApiClient } from '@keelson/cli';

/** Waits for the end of an application's run. */
export type RunEnding = (application: string) => Promise<void>;

/**
 * Hears of every run that succeeds behind a log position. Each application's ending resolves with its first, whether it
 * was asked for before or after; all of them fail with the connection, or with the signal's reason.
 */
export const runEndings = (
  api: ApiClient,
  applications: readonly string[],
  { after, signal }: { readonly after: number; readonly signal: AbortSignal },
): RunEnding => {
  const open = new Map<string, () => void>();
  const ends = new Map(
    applications.map((name) => [name, new Promise<void>((resolve) => open.set(name, resolve))]),
  );
  const follow = async (): Promise<void> => {
    for await (const { data } of followEvents(api, { query: { type: 'RunSucceeded' }, after, signal })) {
      const name = String(data['application']);
      open.get(name)?.();
      open.delete(name);
      if (open.size === 0) return;
    }
    const [first] = open.keys();
    throw new Error(`${open.size} runs did not succeed, that of ${first} among them`, {
      cause: signal.reason,
    });
  };
  const broken = follow().then(() => new Promise<never>(() => undefined));
  broken.catch(() => undefined); // told to whoever waits
  return (application) => Promise.race([ends.get(application), broken]);
};

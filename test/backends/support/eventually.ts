import { setTimeout as delay } from 'node:timers/promises';

/** Waits until `condition` holds; fails with `what` and the last value after the deadline. */
export async function eventually<Value>(
  what: string,
  read: () => Value | Promise<Value>,
  condition: (value: Value) => boolean,
  deadlineMs = 15_000,
): Promise<Value> {
  const end = Date.now() + deadlineMs;
  for (;;) {
    const value = await read();
    if (condition(value)) return value;
    if (Date.now() > end)
      throw new Error(`not within ${deadlineMs} ms: ${what}; last ${JSON.stringify(value)}`);
    await delay(10);
  }
}

/** A promise that the test settles. */
export function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open };
}

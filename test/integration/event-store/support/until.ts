import { setTimeout as delay } from 'node:timers/promises';

/** Waits for a condition; fails with what it was when the deadline passes. */
export const until = async (
  what: string,
  condition: () => boolean | Promise<boolean>,
  deadlineMs = 15_000,
) => {
  for (const end = Date.now() + deadlineMs; !(await condition());) {
    if (Date.now() > end) throw new Error(`not within ${deadlineMs} ms: ${what}`);
    await delay(5);
  }
};

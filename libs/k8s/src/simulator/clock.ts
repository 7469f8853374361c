/** Time as the simulator sees it; injected, so that tests of the controllers can run in virtual time. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls back once after a delay in milliseconds; returns how to cancel it. A pending delay does not keep the process alive. */
  wake(delayMs: number, callback: () => void): () => void;
}

/** The longest delay that a Node timer takes. */
const LONGEST = 2 ** 31 - 1;

export const SYSTEM_CLOCK: Clock = {
  now: () => Date.now(),
  wake: (delayMs, callback) => {
    if (delayMs <= 0) {
      // Not unref'd: the event loop would go to sleep over it until something else wakes it.
      const immediate = setImmediate(callback);
      return () => {
        clearImmediate(immediate);
      };
    }
    const timer = setTimeout(callback, Math.min(delayMs, LONGEST)).unref();
    return () => {
      clearTimeout(timer);
    };
  },
};

let second = NaN;
let text = '';

/** The time format of Kubernetes objects: RFC 3339 in whole seconds. Asked for at every write, mostly of the same second. */
export function rfc3339(milliseconds: number): string {
  const asked = Math.floor(milliseconds / 1_000);
  if (asked !== second) {
    second = asked;
    text = `${new Date(asked * 1_000).toISOString().slice(0, 19)}Z`;
  }
  return text;
}

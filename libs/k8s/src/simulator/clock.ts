/** Milliseconds since the epoch. Injected, so that tests of the controllers can run in virtual time. */
export interface Clock {
  now(): number;
}

export const SYSTEM_CLOCK: Clock = { now: () => Date.now() };

/** The time format of Kubernetes objects: RFC 3339 in whole seconds. */
export const rfc3339 = (milliseconds: number): string =>
  `${new Date(milliseconds).toISOString().slice(0, 19)}Z`;

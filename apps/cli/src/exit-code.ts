/** What a script can tell from the exit code alone. Part of the public interface. */
export const EXIT = {
  done: 0,
  /** The run failed, stopped, or was replaced by another; the audit chain is broken. */
  failed: 1,
  usage: 2,
  /** The server understood and said no (4xx). */
  refused: 3,
  unreachable: 4,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

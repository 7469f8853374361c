import type { Readable, Writable } from 'node:stream';

/** Everything of the process that the command uses, so that a test can hand it another one. */
export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly home: string;
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Output;
  readonly stderr: Output;
  /** Aborted when the user wants the command to end. */
  readonly signal?: AbortSignal;
}

export type Output = Writable & {
  readonly isTTY?: boolean;
  readonly rows?: number;
};

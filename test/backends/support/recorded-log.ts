import type { Logger } from '@keelson/messaging';

export interface RecordingLogger extends Logger {
  readonly lines: string[];
  count(text: string): number;
}

/** Keeps what was logged, for tests that say what must be said, and how often. */
export function recordingLogger(): RecordingLogger {
  const lines: string[] = [];
  const write = (fields: Readonly<Record<string, unknown>>, message: string): void => {
    lines.push(`${message} ${JSON.stringify(fields)}`);
  };
  return {
    lines,
    info: write,
    warn: write,
    count: (text) => lines.filter((line) => line.includes(text)).length,
  };
}

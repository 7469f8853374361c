import { CommanderError } from 'commander';
import { RefusedError, UnreachableError, UsageError } from './errors';
import { EXIT, type ExitCode } from './exit-code';

/** What is printed for a failure, and the exit code that stands for it. An unknown error is a defect and is thrown on. */
export const reportError = (error: unknown, note: (text: string) => void): ExitCode => {
  // Commander has printed its own message; --help and -V come this way too, with code 0.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  if (error instanceof UsageError) {
    note(`error: ${error.message}`);
    return EXIT.usage;
  }
  if (error instanceof RefusedError) {
    const { code, status, errors = [] } = error.problem;
    note(`refused: ${error.message} (${code ?? status})`);
    // A single mistake is the whole detail already.
    const untold = errors.filter(({ message }) => !error.message.includes(message));
    for (const { path, message } of untold) note(`  ${path || '/'}: ${message}`);
    return EXIT.refused;
  }
  if (error instanceof UnreachableError) {
    note(error.message.replace(/\s*\n\s*/g, ' '));
    return EXIT.unreachable;
  }
  throw error;
};

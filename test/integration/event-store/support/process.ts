import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** A program of this folder in a process of its own. */
export interface Program {
  readonly process: ChildProcess;
  /** The next line that it prints. */
  line(): Promise<string>;
  kill(): Promise<void>;
}

export const startProgram = (name: string, ...parameters: string[]): Program => {
  const child = spawn(
    process.execPath,
    [join(__dirname, '../../../support/run-typescript.cjs'), join(__dirname, name), ...parameters],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const lines: string[] = [];
  const waiting: ((line: string) => void)[] = [];
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) {
      const next = waiting.shift();
      if (next) next(part);
      else lines.push(part);
    }
  });
  return {
    process: child,
    line: () =>
      new Promise((resolve, reject) => {
        const ready = lines.shift();
        if (ready !== undefined) return resolve(ready);
        waiting.push(resolve);
        child.once('exit', (code, signal) => reject(new Error(`${name} ended: ${code ?? signal}`)));
      }),
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
};

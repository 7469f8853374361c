import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { BareTask } from './bare-process';

/** Starts the baseline; answers how to stop it. */
export const startBare = async (task: BareTask): Promise<() => Promise<void>> => {
  const child = fork(join(__dirname, 'bare-process.js'), [JSON.stringify(task)]);
  const exited = once(child, 'exit');
  const ended = exited.then(([code]) => {
    throw new Error(`the baseline ended with exit code ${String(code)}`);
  });
  await Promise.race([once(child, 'message'), ended]);
  ended.catch(() => undefined);
  return async () => {
    if (child.connected) child.disconnect();
    await exited;
  };
};

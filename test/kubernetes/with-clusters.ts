import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { startOwnFleet } from './support/own-fleet';

const usage = 'usage: npm run with-clusters -- COUNT COMMAND [ARGUMENT…]';

/**
 * Runs a command with control planes of its own in KEELSON_TEST_KUBECONFIGS, and answers with its exit code. It is there
 * for measurements: the controllers keep the limits that they are shipped with.
 */
const main = async ([count = '', command, ...args]: readonly string[]): Promise<number> => {
  if (!/^[1-9]$/.test(count) || command === undefined) {
    console.error(usage);
    return 2;
  }
  const fleet = await startOwnFleet(Number(count), 'shipped');
  try {
    const env = { ...process.env, KEELSON_TEST_KUBECONFIGS: fleet.kubeconfigs.join(':') };
    const child = spawn(command, args, { env, stdio: 'inherit' });
    // Ctrl-C reaches the command too; the control planes go when it has gone.
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
    const [code] = (await once(child, 'exit')) as [number | null];
    return code ?? 1;
  } finally {
    await fleet.stop();
  }
};

main(process.argv.slice(2)).then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  },
);

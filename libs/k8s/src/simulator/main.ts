import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startSimulator } from './simulator';

const USAGE = 'usage: npm run sim -- [--clusters N|NAME,NAME…] [--port P] [--host H] [--data FOLDER]';
const NAME = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const MOST_CLUSTERS = 10_000;

interface Flags {
  readonly clusters: number | readonly string[];
  readonly port: number;
  readonly host: string;
  readonly data: string;
}

/** @throws Error with the offending flag; every flag takes a value */
export function parseFlags(args: readonly string[]): Flags {
  const given = new Map<string, string>();
  for (let index = 0; index < args.length; index += 2) {
    const [flag = '', value] = [args[index], args[index + 1]];
    if (!['--clusters', '--port', '--host', '--data'].includes(flag)) throw new Error(`unknown flag ${flag}`);
    if (value === undefined || value === '') throw new Error(`${flag} needs a value`);
    given.set(flag, value);
  }
  return {
    clusters: parseClusters(given.get('--clusters') ?? '3'),
    port: parsePort(given.get('--port') ?? '9000'),
    host: given.get('--host') ?? '127.0.0.1',
    data: given.get('--data') ?? '.keelson',
  };
}

function parseClusters(text: string): number | readonly string[] {
  if (/^\d+$/.test(text)) {
    const count = Number(text);
    if (count < 1 || count > MOST_CLUSTERS) throw new Error(`--clusters must be 1 to ${MOST_CLUSTERS}`);
    return count;
  }
  const names = text.split(',');
  const wrong = names.find((name) => !NAME.test(name));
  if (wrong !== undefined) throw new Error(`--clusters: ${JSON.stringify(wrong)} is not a DNS-1123 name`);
  if (new Set(names).size < names.length) throw new Error('--clusters names a cluster twice');
  return names;
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) throw new Error(`--port ${text} is not a port`);
  return port;
}

/** Beside it first, then renamed: whoever waits for the file never reads half of it. */
async function writeWhole(path: string, text: string): Promise<void> {
  await writeFile(`${path}.new`, text, { mode: 0o600 });
  await rename(`${path}.new`, path);
}

/** Serves until SIGINT or SIGTERM; the kubeconfigs stay and fit again when it is started on the same port. */
async function main(args: readonly string[]): Promise<void> {
  let flags: Flags;
  try {
    flags = parseFlags(args);
  } catch (error) {
    console.error(`${(error as Error).message}; ${USAGE}`);
    process.exitCode = 2;
    return;
  }
  const simulator = await startSimulator(flags);
  const folder = join(flags.data, 'sim');
  await mkdir(folder, { recursive: true });
  for (const name of simulator.names) {
    const path = join(folder, `${name}.kubeconfig`);
    await writeWhole(path, simulator.kubeconfig(name));
    console.log(`${name}  ${simulator.url}/clusters/${name}  ${path}`);
  }
  console.log(`${simulator.names.length} simulated clusters; Ctrl-C stops them`);
  const stop = () => void simulator.close();
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

if (require.main === module) {
  main(process.argv.slice(2)).catch((error: unknown) => {
    console.error(`the simulator cannot start: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  });
}

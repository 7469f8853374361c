import { BENCHMARKS } from './benchmarks';
import { parseOptions, UsageError } from './options';

const USAGE = `usage: npm run bench -- ${[...BENCHMARKS.keys()].join('|')} [--clusters N] [--applications N] [--rounds N] [--seconds N] [--away SECONDS] [--stages 20,30,50] [--concurrency N|N%] [--json]`;

const interrupt = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (interrupt.signal.aborted) process.exit(130);
    interrupt.abort(new Error(`stopped by ${signal}`));
  });
}

const main = async ([name, ...args]: readonly string[]): Promise<void> => {
  const benchmark = BENCHMARKS.get(name ?? '');
  if (!benchmark) {
    throw new UsageError(USAGE);
  }
  const options = parseOptions(args, benchmark.defaults);
  const { result, text } = await benchmark.run({ ...options, signal: interrupt.signal, note: console.error });
  console.log(options.json ? JSON.stringify(result) : text);
};

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = error instanceof UsageError ? 2 : interrupt.signal.aborted ? 130 : 1;
});

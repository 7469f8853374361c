import { runChaos, type ChaosOptions, type ChaosResult } from './chaos';
import { parseOptions, USAGE } from './options';

/** So many of the first differences: the rest follows from them more often than not. */
const SHOWN = 10;

const report = (options: Omit<ChaosOptions, 'signal'>, result: ChaosResult): void => {
  const { differences, story, steps, mischief, events, convergedMs, commands, folder } = result;
  const lines = [
    `${steps} steps: ${commands.acknowledged} commands acknowledged (${commands.repeated} asked more than once), ` +
      `${commands.refused} refused; ${mischief} things went wrong; ${events} events`,
    `at rest and converged ${(convergedMs / 1_000).toFixed(1)} s after everything was well again`,
  ];
  if (differences.length > 0) {
    const again = `--seed ${options.seed} --steps ${steps} --clusters ${options.clusters} --workers ${options.workers} --apis ${options.apis}`;
    if (!options.aloud) lines.push('what happened:', ...story);
    lines.push(
      `${differences.length} things are not as they should be:`,
      ...differences.slice(0, SHOWN).map((difference) => `  ${difference.slice(0, 2_000)}`),
      `the same script again: npm run chaos -- ${again}`,
      `logs and evidence: ${folder}/logs`,
    );
  }
  console.log(lines.join('\n'));
};

const main = async (): Promise<void> => {
  let options: Omit<ChaosOptions, 'signal'>;
  try {
    options = parseOptions(process.argv.slice(2));
  } catch (error) {
    console.error(`${(error as Error).message}; ${USAGE}`);
    process.exitCode = 2;
    return;
  }
  console.log(`chaos with seed ${options.seed}`);
  const interrupt = new AbortController();
  /** The first one ends the run and cleans up; the second ends the process now. */
  const onSignal = (signal: NodeJS.Signals): void => {
    if (interrupt.signal.aborted) process.exit(130);
    interrupt.abort(new Error(`stopped by ${signal}`));
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  const result = await runChaos({ ...options, signal: interrupt.signal });
  report(options, result);
  if (result.differences.length > 0) process.exitCode = 1;
};

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});

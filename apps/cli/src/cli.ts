import { Command, Option } from 'commander';
import { applicationsCommand } from './commands/applications';
import { applyCommand } from './commands/apply';
import { auditCommand } from './commands/audit';
import { clustersCommand } from './commands/clusters';
import { diffCommand } from './commands/diff';
import { driftCommand } from './commands/drift';
import { eventsCommand } from './commands/events';
import { holdsCommand } from './commands/holds';
import { loginCommand } from './commands/login';
import { nodeRepairCommands, nodesCommand } from './commands/nodes';
import { releaseCommand } from './commands/release';
import { rollbackCommand } from './commands/rollback';
import { runCommand } from './commands/run';
import { runActionCommands } from './commands/run-actions';
import { runsCommand } from './commands/runs';
import { scaleCommand } from './commands/scale';
import { sidecarsCommand } from './commands/sidecars';
import { targetsCommand } from './commands/targets';
import { verifyCommand } from './commands/verify';
import { webhooksCommand } from './commands/webhooks';
import { windowsCommand } from './commands/windows';
import { Host } from './host';
import type { ExitCode } from './exit-code';
import type { Io } from './io';
import { reportError } from './report-error';

const COMMANDS = [
  loginCommand,
  clustersCommand,
  applyCommand,
  applicationsCommand,
  diffCommand,
  releaseCommand,
  scaleCommand,
  rollbackCommand,
  runsCommand,
  runCommand,
  runActionCommands,
  targetsCommand,
  driftCommand,
  auditCommand,
  verifyCommand,
  eventsCommand,
  holdsCommand,
  windowsCommand,
  sidecarsCommand,
  nodesCommand,
  nodeRepairCommands,
  webhooksCommand,
];

const EXIT_CODES = `
Exit codes: 0 done, 1 the run failed, 2 usage, 3 refused by the server, 4 not reachable.
Server: KEELSON_URL and KEELSON_TOKEN, else what "keelson login" stored, else http://127.0.0.1:8080.`;

/** One command line (without node and script) to one exit code. Never ends the process. */
export const runCli = async (args: readonly string[], io: Io): Promise<ExitCode> => {
  const host = new Host(io);
  try {
    await programFor(host).parseAsync([...args], { from: 'user' });
    return host.exitCode;
  } catch (error) {
    return reportError(error, (text) => host.note(text));
  } finally {
    await host.close();
  }
};

const programFor = (host: Host): Command => {
  const program = new Command('keelson')
    .description('Roll applications out over a fleet of Kubernetes clusters.')
    .addOption(
      new Option('-o, --output <format>', 'how to answer').choices(['table', 'json']).default('table'),
    )
    .configureHelp({ showGlobalOptions: true })
    .addHelpText('after', EXIT_CODES)
    .hook('preAction', (_, command) => {
      host.format = command.optsWithGlobals<{ output: 'table' | 'json' }>().output;
    });
  for (const add of COMMANDS) add(program, host);
  for (const command of withSubcommands(program)) {
    command.exitOverride().configureOutput({
      writeOut: (text) => host.io.stdout.write(text),
      writeErr: (text) => host.io.stderr.write(text),
    });
  }
  return program;
};

/** Commander copies such settings to a subcommand only if they were made before it was added. */
const withSubcommands = (command: Command): Command[] => [
  command,
  ...command.commands.flatMap(withSubcommands),
];

import { pino } from 'pino';
import { explainFailure, StartFailure } from './failure';
import { startServer, type Role, type RunningServer } from './start-server';
import { readSettings } from './settings';

/** A stop takes a second or two; who waits longer than this waits for something that will not end. */
const STOP_MS = 15_000;

const roleOf = (argument = 'all'): Role => {
  if (argument === 'all' || argument === 'api' || argument === 'worker') return argument;
  throw new StartFailure(`"${argument}" is no part of Keelson: say all, api or worker`);
};

/** Ends the process: in order for the first signal, at once for the second. */
class Ending {
  private readonly asking = new AbortController();
  private server: RunningServer | undefined;

  /** Aborted by the first signal. */
  get asked(): AbortSignal {
    return this.asking.signal;
  }

  /** A signal that came while the server was starting takes effect now, unless the start ended by it. */
  ready(server: RunningServer): void {
    this.server = server;
    server.onBroken((reason) => {
      console.error(`keelson: ${reason}`);
      this.end(1);
    });
    if (this.asked.aborted) this.end(0);
  }

  readonly onSignal = (): void => {
    if (this.asked.aborted) process.exit(130);
    this.asking.abort();
    if (this.server) this.end(0);
    else this.limit();
  };

  private end(code: number): void {
    process.exitCode = code;
    this.limit();
    // Not left to the event loop: a forgotten timer somewhere must not keep the process.
    void this.server?.stop().then(() => process.exit());
  }

  private limit(): void {
    setTimeout(() => {
      console.error(`keelson: not stopped within ${STOP_MS / 1000} s; ending anyway`);
      process.exit(1);
    }, STOP_MS).unref();
  }
}

const ending = new Ending();

const main = async (): Promise<void> => {
  process.on('SIGINT', ending.onSignal);
  process.on('SIGTERM', ending.onSignal);
  const role = roleOf(process.argv[2]);
  const settings = readSettings(process.env);
  // Logs go to stderr and are written at once: what is said last before an end is what is needed most.
  const logger = pino({ level: settings.logLevel }, pino.destination({ dest: 2, sync: true }));
  const server = await startServer(settings, role, logger, ending.asked);
  const token = server.freshToken;
  const lines = [server.summary, ...(token ? [`Token of the administrator, shown this once: ${token}`] : [])];
  console.log(lines.join('\n'));
  ending.ready(server);
};

main().catch((error: unknown) => {
  if (ending.asked.aborted && error === ending.asked.reason) process.exit(0);
  const line = explainFailure(error);
  console.error(line === undefined ? error : `keelson: ${line}`);
  process.exit(1);
});

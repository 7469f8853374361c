import { ApiClient, UnreachableError } from '@keelson/cli';
import { playDemo, STEPS, summary } from './demo';
import { FLEET } from './fleet';
import { ControlPlane } from './harness/control-plane';
import { Show } from './show/show';
import { SimulatedFleet } from './simulated-fleet';
import { Stage } from './stage';

const interrupt = new AbortController();
const show = new Show({ env: process.env, stdout: process.stdout }, STEPS);
/** In the order in which things were started; undone in reverse. */
const undo: (() => Promise<void>)[] = [];
let server: ControlPlane | undefined;

const main = async (): Promise<void> => {
  const startedAt = performance.now();
  show.step('Start Keelson on an embedded PostgreSQL, and six simulated clusters');
  const fleet = await SimulatedFleet.start(FLEET.map(({ name }) => name));
  undo.push(() => fleet.stop());
  const plane = await ControlPlane.start(interrupt.signal);
  server = plane;
  undo.push(() => plane.stop());
  process.once('exit', () => plane.leave());
  const api = new ApiClient(plane.url, plane.token);
  undo.push(() => api.close());
  show.check(`Keelson is ready at ${plane.url}, ${FLEET.length} clusters run`);
  const stage = new Stage(api, fleet, show, AbortSignal.any([interrupt.signal, plane.died]));
  await playDemo(stage);
  summary(stage, startedAt);
};

const cleanUp = async (): Promise<void> => {
  for (const end of undo.reverse()) {
    await end().catch((error: unknown) => {
      show.failed(`cleaning up: ${String(error)}`);
      process.exitCode = 1;
    });
  }
};

/** The first one ends the demo and cleans up; the second ends the process now. */
const onSignal = (signal: NodeJS.Signals): void => {
  if (interrupt.signal.aborted) process.exit(130);
  process.exitCode = 130;
  interrupt.abort(new Error(`stopped by ${signal}; cleaning up`));
};
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);

/** A request breaks a moment before the end of the server's process is told. */
const EXIT_TOLD_MS = 1_000;

/** The end of the server, or of the user's patience, explains more than the request that failed because of it. */
const explain = async (error: unknown): Promise<string> => {
  if (server && error instanceof UnreachableError) await server.endsWithin(EXIT_TOLD_MS);
  const cause: unknown = [interrupt.signal, server?.died].find((signal) => signal?.aborted)?.reason ?? error;
  const text = cause instanceof Error ? cause.message : String(cause);
  const log = interrupt.signal.aborted ? '' : (server?.lastWords ?? '');
  return log === '' || text.includes(log) ? text : `${text}\nthe server's last words:\n${log}`;
};

main()
  .catch(async (error: unknown) => {
    process.exitCode ??= 1;
    show.failed(await explain(error));
  })
  .finally(cleanUp);

import { setTimeout as delay } from 'node:timers/promises';
import type { ApiClient } from '../api/client';
import type { Run } from '../api/types';
import { UnreachableError } from '../errors';
import { EXIT, type ExitCode } from '../exit-code';
import type { Io } from '../io';
import { coloursFor } from './colours';
import { runChanges } from './run-changes';
import { runLines } from './run-view';
import { Screen } from './screen';

/**
 * Replica counts are observations and never enter the log, so the event stream does not announce them: a run is
 * looked at four times a second, which is what the eye follows and costs the server one indexed read.
 */
const LOOK_EVERY_MS = 250;

/** A restart of the server must not fail the pipeline that waits; a server that is gone for a minute must. */
const PATIENCE_MS = 60_000;

/** Phases in which a run goes nowhere without somebody's help, and what a script has to be told then. */
const ENDS: Readonly<Record<string, ExitCode>> = {
  Succeeded: EXIT.done,
  Failed: EXIT.failed,
  Paused: EXIT.failed,
  Aborted: EXIT.failed,
  RolledBack: EXIT.failed,
  Superseded: EXIT.failed,
};

export const exitCodeOf = (run: Run): ExitCode | undefined => ENDS[run.phase];

export interface Watch {
  /** Log position of the command that made the run: an earlier read model does not know it yet. */
  readonly minPosition?: number;
  /** Only the end counts: nothing is shown on the way. */
  readonly quiet?: boolean;
}

/** Shows a run until it ends or stops. Answers the run as it was last seen. */
export const watchRun = async (api: ApiClient, io: Io, id: string, watch: Watch = {}): Promise<Run> => {
  const show = watch.quiet ? () => undefined : viewOn(io);
  const ask = {
    ...(watch.minPosition === undefined ? {} : { minPosition: watch.minPosition }),
    ...(io.signal ? { signal: io.signal } : {}),
  };
  // The command that made the run was answered just now.
  let seenAt = watch.minPosition === undefined ? undefined : Date.now();
  for (;;) {
    try {
      const run = await api.get<Run>(`/runs/${encodeURIComponent(id)}`, ask);
      show(run);
      if (exitCodeOf(run) !== undefined) return run;
      seenAt = Date.now();
    } catch (error) {
      const lost = seenAt === undefined || Date.now() - seenAt > PATIENCE_MS;
      if (!(error instanceof UnreachableError) || lost) throw error;
    }
    await delay(LOOK_EVERY_MS, undefined, io.signal ? { signal: io.signal } : {});
  }
};

const viewOn = (io: Io): ((run: Run) => void) => {
  if (io.stdout.isTTY) {
    const screen = new Screen(io.stdout);
    const colours = coloursFor(io, io.stdout);
    return (run) => screen.draw(runLines(run, colours, Date.now(), screen.rows));
  }
  let before: Run | undefined;
  return (run) => {
    for (const line of runChanges(before, run)) io.stdout.write(`${new Date().toISOString()} ${line}\n`);
    before = run;
  };
};

import { fold, isOver, runDecider, runStream, type RunEvent, type RunState } from '@keelson/domain';
import type { LogReader } from '@keelson/event-store';

interface Known {
  readonly state: RunState;
  readonly version: number;
}

/**
 * The runs that are driven, each folded on from where it was last read. A command that records nothing reads its whole
 * stream to be sure of that, and three looks of five record nothing; with 100 clusters in stages that is 300 events and
 * five round trips in a row, 35 ms on a busy machine against 24 ms this way.
 */
export class RunStates {
  private readonly known = new Map<string, Known>();

  constructor(private readonly log: Pick<LogReader, 'readStream'>) {}

  /** As it was when it was last read; undefined of a run that was not read yet. */
  last(run: string): RunState | undefined {
    return this.known.get(run)?.state;
  }

  /** As the log has it now, committed events without a position included. A run that is over is not kept. */
  async read(run: string): Promise<RunState> {
    const { state, version } = this.known.get(run) ?? { state: runDecider.initial, version: 0 };
    const events = await this.log.readStream(runStream(run), version);
    const next: Known = {
      state: fold<RunState, RunEvent>({ ...runDecider, initial: state }, events as unknown as RunEvent[]),
      version: events.at(-1)?.version ?? version,
    };
    if (next.state.exists && !isOver(next.state.phase)) this.known.set(run, next);
    else this.known.delete(run);
    return next.state;
  }
}

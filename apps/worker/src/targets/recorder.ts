import { randomUUID } from 'node:crypto';
import { targetDecider, targetStream, type TargetCommand } from '@keelson/domain';
import type { EventStore } from '@keelson/event-store';

/** A command to a target's decider, of whichever target. */
export type Observed = TargetCommand extends infer Command
  ? Command extends TargetCommand
    ? Omit<Command, 'application' | 'cluster'>
    : never
  : never;

/** Puts what was seen in a cluster into the log: one append for what belongs together, none when nothing is new. */
export class TargetRecorder {
  constructor(private readonly store: EventStore) {}

  /** Answers the position of what was recorded; 0 when nothing was new. */
  async record(application: string, cluster: string, ...observed: Observed[]): Promise<number> {
    const stream = targetStream(application, cluster);
    const result = await this.store.commands.execute(
      { commandId: randomUUID(), actor: 'worker' },
      async (unit) => {
        for (const what of observed) {
          await unit.decide(targetDecider, stream, { ...what, application, cluster });
        }
      },
    );
    return result.ok && result.events.length > 0 ? result.position : 0;
  }
}

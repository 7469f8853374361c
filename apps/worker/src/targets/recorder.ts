import { randomUUID } from 'node:crypto';
import { targetDecider, targetStream, type TargetCommand } from '@keelson/domain';
import type { EventStore } from '@keelson/event-store';

type Observed = TargetCommand extends infer Command
  ? Command extends TargetCommand
    ? Omit<Command, 'application' | 'cluster'>
    : never
  : never;

/** Puts what was seen in a cluster into the log: one append for what belongs together, none when nothing is new. */
export class TargetRecorder {
  constructor(private readonly store: EventStore) {}

  async record(application: string, cluster: string, ...observed: Observed[]): Promise<void> {
    if (observed.length === 0) return;
    const stream = targetStream(application, cluster);
    await this.store.commands.execute({ commandId: randomUUID(), actor: 'worker' }, async (unit) => {
      for (const what of observed) {
        await unit.decide(targetDecider, stream, { ...what, application, cluster });
      }
    });
  }
}

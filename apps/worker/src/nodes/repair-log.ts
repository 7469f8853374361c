import { randomUUID } from 'node:crypto';
import {
  fold,
  nodeRepairDecider,
  nodeRepairStream,
  type NodeRepairCommand,
  type NodeRepairEvent,
  type NodeRepairs,
} from '@keelson/domain';
import type { EventStore } from '@keelson/event-store';

/** A cluster's repairs as the log has them, folded on from where they were last read. */
export class RepairLog {
  private state: NodeRepairs = nodeRepairDecider.initial;
  private version = 0;
  private reading: Promise<unknown> = Promise.resolve();
  private readonly stream: string;

  constructor(
    private readonly store: EventStore,
    cluster: string,
  ) {
    this.stream = nodeRepairStream(cluster);
  }

  /** One after the other: two that began at one version would fold its events twice. */
  read(): Promise<NodeRepairs> {
    const reading = this.reading.then(() => this.readOn());
    this.reading = reading.catch(() => undefined);
    return reading;
  }

  private async readOn(): Promise<NodeRepairs> {
    const events = await this.store.log.readStream(this.stream, this.version);
    const decider = { ...nodeRepairDecider, initial: this.state };
    this.state = fold<NodeRepairs, NodeRepairEvent>(decider, events as unknown as NodeRepairEvent[]);
    this.version = events.at(-1)?.version ?? this.version;
    return this.state;
  }

  /** The state that follows; what changes nothing, as most looks do, costs no command. */
  async decide(before: NodeRepairs, command: NodeRepairCommand): Promise<NodeRepairs> {
    const decision = nodeRepairDecider.decide(before, command);
    return decision.ok && decision.events.length === 0 ? before : this.tell(command);
  }

  async tell(command: NodeRepairCommand): Promise<NodeRepairs> {
    const result = await this.store.commands.execute(
      { commandId: randomUUID(), actor: 'node-repair' },
      (unit) => unit.decide(nodeRepairDecider, this.stream, command),
    );
    // No command of a worker is refused.
    return result.ok && result.value ? result.value : this.read();
  }
}

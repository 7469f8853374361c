import { fold, runDecider, runStream, type RunCommand, type RunEvent, type RunState } from '@keelson/domain';
import type { CommandUnit, EventStore, RecordedEvent } from '@keelson/event-store';

type Execute = EventStore['commands']['execute'];
interface Taken {
  readonly stream: string;
  readonly command: RunCommand;
}

/**
 * The commands that led to the decisions of runs, by the command id that their events carry. An observation of the
 * fleet is not in the log; without it nobody could ask whether the same cause gives the same decision again.
 */
export class Decisions {
  private readonly taken = new Map<string, Taken[]>();
  private readonly spy: jest.SpyInstance;

  /** Of this store and of every other in the process: another worker has one of its own. */
  constructor({ commands }: EventStore) {
    const shared = Object.getPrototypeOf(commands) as { execute: Execute };

    const { execute } = shared;
    const { taken } = this;
    this.spy = jest.spyOn(shared, 'execute').mockImplementation(function (
      this: EventStore['commands'],
      context,
      handler,
    ) {
      return execute.call(this, context, (unit) => {
        // A command that met a conflict is decided anew; the last time is the one that was recorded.
        const decided: Taken[] = [];
        taken.set(context.commandId, decided);
        return handler(noting(unit, decided));
      });
    });
  }

  /** Decides the whole run anew, each time on the state that the events before give, and by the recorded cause. */
  check(run: string, events: readonly RecordedEvent[]): void {
    const stream = runStream(run);
    let state: RunState = runDecider.initial;
    for (const { commandId, recorded } of byCommand(events)) {
      const commands = (this.taken.get(commandId) ?? []).filter((taken) => taken.stream === stream);
      const again: RunEvent[] = [];
      for (const { command } of commands) {
        const decision = runDecider.decide(state, plain(command));
        if (!decision.ok) throw new Error(`${run} refuses now what it took: ${decision.rejection.message}`);
        again.push(...decision.events);
        state = decision.events.reduce(runDecider.evolve, state);
      }
      expect(plain(again)).toEqual(recorded);
    }
    expect(plain(state)).toEqual(fold(runDecider, events as Iterable<unknown> as Iterable<RunEvent>));
  }

  stop(): void {
    this.spy.mockRestore();
  }
}

const noting = (unit: CommandUnit, taken: Taken[]): CommandUnit => ({
  load: (decider, stream) => unit.load(decider, stream),
  append: (stream, events) => unit.append(stream, events),
  decide: (decider, stream, command) => {
    if ((decider as unknown) === runDecider) taken.push({ stream, command: command as RunCommand });
    return unit.decide(decider, stream, command);
  },
});

/** What one command recorded lies together in its stream. */
const byCommand = (events: readonly RecordedEvent[]): { commandId: string; recorded: RunEvent[] }[] => {
  const groups: { commandId: string; recorded: RunEvent[] }[] = [];
  for (const { type, data, meta } of events) {
    const event = { type, data } as RunEvent;
    const last = groups.at(-1);
    if (last?.commandId === meta.commandId) last.recorded.push(event);
    else groups.push({ commandId: meta.commandId, recorded: [event] });
  }
  return groups;
};

/** As the log would keep it. */
const plain = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

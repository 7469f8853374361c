import { fold, type Decider, type Decision, type DomainEvent } from './decider';

/** Given a history, when a command comes, then these events or this rejection: the form of every decider's spec. */
export const given = <State, Command, Event extends DomainEvent>(
  decider: Decider<State, Command, Event>,
  history: readonly Event[],
): { when(command: Command): Decision<Event>; state: State } => {
  const state = fold<State, Event>(decider, history);
  return { state, when: (command) => decider.decide(state, command) };
};

/** The events' types in order, for specs that care about the course and not about every field. */
export const typesOf = (decision: Decision<DomainEvent>): string[] =>
  decision.ok ? decision.events.map(({ type }) => type) : [`rejected: ${decision.rejection.code}`];

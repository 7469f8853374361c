/**
 * A decider is a pair of pure functions over one stream's state.
 * `decide` answers a command with events or a rejection; `evolve` folds an event into the state.
 * `evolve` never throws and returns the state unchanged for an event that it does not know.
 * Time and ids arrive inside commands; a decider has no clock and no randomness.
 */
export interface Decider<State, Command, Event extends DomainEvent> {
  readonly initial: State;
  decide(state: State, command: Command): Decision<Event>;
  evolve(state: State, event: Event): State;
}

/** What an aggregate records. `type` is unique in the whole system, `data` is plain JSON. */
export interface DomainEvent<Type extends string = string, Data = unknown> {
  readonly type: Type;
  readonly data: Data;
}

export type Decision<Event> =
  | { readonly ok: true; readonly events: readonly Event[] }
  | { readonly ok: false; readonly rejection: Rejection };

/**
 * An expected refusal. `code` is stable and part of the public API;
 * `kind` tells the edge which answer fits: invalid 422, conflict 409, notFound 404.
 */
export interface Rejection {
  readonly kind: 'invalid' | 'conflict' | 'notFound';
  readonly code: string;
  readonly message: string;
  readonly errors?: readonly FieldError[];
}

/** `path` is a JSON Pointer (RFC 6901) into the request body. */
export interface FieldError {
  readonly path: string;
  readonly message: string;
}

export const accept = <Event>(...events: Event[]): Decision<Event> => ({ ok: true, events });

export const reject = (
  kind: Rejection['kind'],
  code: string,
  message: string,
  errors?: readonly FieldError[],
): { ok: false; rejection: Rejection } => ({
  ok: false,
  rejection: errors ? { kind, code, message, errors } : { kind, code, message },
});

/** The state after a history: what every load, test and projection does. */
export const fold = <State, Event extends DomainEvent>(
  decider: Pick<Decider<State, never, Event>, 'initial' | 'evolve'>,
  events: Iterable<Event>,
): State => {
  let state = decider.initial;
  for (const event of events) state = decider.evolve(state, event);
  return state;
};

import type { Decider, DomainEvent, Rejection } from '@keelson/domain';
import { fold } from '@keelson/domain';
import type { LogReader } from '../read/log-reader';
import type { Upcasters } from '../read/upcasters';
import type { NewEvent, StreamAppend } from '../types';
import type { StateCache } from './state-cache';

/** What a command's handler works with; all it appends is recorded together or not at all. */
export interface CommandUnit {
  /** The stream's state as of now. The command succeeds only if the stream has not moved until it is recorded. */
  load<S, C, E extends DomainEvent>(
    decider: Decider<S, C, E>,
    stream: string,
  ): Promise<{ readonly state: S; readonly version: number }>;
  /** Decides, collects the events and answers the state after them. A rejection ends the whole command. */
  decide<S, C, E extends DomainEvent>(decider: Decider<S, C, E>, stream: string, command: C): Promise<S>;
  /** Appends without a decision, at whatever version the stream is (or the one loaded, if it was loaded). */
  append(stream: string, events: readonly NewEvent[]): void;
}

/** Thrown through the handler to end it; never seen outside of the executor. */
export class Rejected extends Error {
  constructor(readonly rejection: Rejection) {
    super(rejection.message);
  }
}

interface Loaded {
  readonly decider: Decider<unknown, unknown, DomainEvent>;
  readonly version: number;
  state: unknown;
}

/** One attempt at a command. */
export class UnitOfWork implements CommandUnit {
  private readonly loaded = new Map<string, Loaded>();
  private readonly events = new Map<string, NewEvent[]>();
  /** Whether a state came from the cache, and may therefore be of yesterday. */
  usedCache = false;

  constructor(
    private readonly log: LogReader,
    private readonly cache: StateCache,
    private readonly upcasters: Upcasters,
    private readonly trustCache: boolean,
    /** Waits for our turn on the stream. */
    private readonly turn: (stream: string) => Promise<void>,
  ) {}

  async load<S, C, E extends DomainEvent>(decider: Decider<S, C, E>, stream: string) {
    const known = this.loaded.get(stream);
    if (known) {
      if (known.decider !== (decider as unknown))
        throw new TypeError(`${stream} was loaded with another decider`);
      return { state: known.state as S, version: known.version };
    }
    await this.turn(stream);
    const cached = this.trustCache ? this.cache.get(decider, stream) : undefined;
    if (cached) this.usedCache = true;
    const { state, version } = cached ?? (await this.read(decider, stream));
    this.loaded.set(stream, { decider: decider, state, version });
    return { state, version };
  }

  async decide<S, C, E extends DomainEvent>(
    decider: Decider<S, C, E>,
    stream: string,
    command: C,
  ): Promise<S> {
    const { state } = await this.load(decider, stream);
    const decision = decider.decide(state, command);
    if (!decision.ok) throw new Rejected(decision.rejection);
    this.collect(stream, decision.events);
    return (this.loaded.get(stream) as Loaded).state as S;
  }

  append(stream: string, events: readonly NewEvent[]): void {
    this.collect(stream, events);
  }

  get hasEvents(): boolean {
    return this.events.size > 0;
  }

  /** Streams with events, and those that were only read, which must not have moved either. */
  toAppend(): StreamAppend[] {
    const names = new Set([...this.loaded.keys(), ...this.events.keys()]);
    return [...names].map((stream) => ({
      stream,
      expectedVersion: this.loaded.get(stream)?.version ?? 'any',
      events: this.events.get(stream) ?? [],
    }));
  }

  streams(): string[] {
    return [...this.loaded.keys()];
  }

  /** The states after the append become what the next command starts from. */
  remember(): void {
    for (const [stream, { decider, state, version }] of this.loaded)
      this.cache.set(decider, stream, { state, version: version + (this.events.get(stream)?.length ?? 0) });
  }

  private async read<S, C, E extends DomainEvent>(decider: Decider<S, C, E>, stream: string) {
    const events = await this.log.readStream(stream);
    const state = fold(decider as Decider<S, never, E>, events as unknown as Iterable<E>);
    const version = events.at(-1)?.version ?? 0;
    this.cache.set(decider, stream, { state, version });
    return { state, version };
  }

  private collect(stream: string, events: readonly NewEvent[]): void {
    if (events.length === 0) return;
    const stamped = events.map((event) => ({
      ...event,
      schemaVersion: event.schemaVersion ?? this.upcasters.currentVersion(event.type),
    }));
    this.events.set(stream, [...(this.events.get(stream) ?? []), ...stamped]);
    const entry = this.loaded.get(stream);
    if (entry) entry.state = events.reduce((state, event) => entry.decider.evolve(state, event), entry.state);
  }
}

import { setMaxListeners } from 'node:events';
import { KeyedWork } from '../kernel/keyed-work';
import { Timers } from '../kernel/timers';
import { CallbackIntake } from './intake';
import { CallbackSender, type SenderOptions } from './sender';
import { changedSubscribers } from './subscribers.queries';

export interface DispatcherOptions extends Omit<SenderOptions, 'signal'> {
  /** Whether a subscriber is ours to serve. */
  readonly owns: (subscriber: string) => boolean;
}

/** One that does not answer keeps its place for 15 s: enough that the others do not wait for it. */
const SUBSCRIBERS_AT_ONCE = 64;
const STUMBLED_MS = 5_000;
/** A timer that Node could not hold; it is only set anew then. */
const LONGEST_TIMER_MS = 86_400_000;

/**
 * Tells webhooks, and those that releases call back, what the log has for them. Each is served by itself and at its own
 * pace; a pass looks at all of it, so that one may be asked for at any time.
 */
export class WebhookDispatcher {
  private readonly stopping = new AbortController();
  private readonly intake: CallbackIntake;
  private readonly sender: CallbackSender;
  private readonly discovery: KeyedWork;
  private readonly passes: KeyedWork;
  private readonly alarms = new Timers((name) => this.passes.ask(name));
  /** Webhooks, which want to see every event, and runs that are not told of to the end. */
  private readonly active = new Set<string>();
  private position = 0;
  private discovered = 0;

  constructor(private readonly options: DispatcherOptions) {
    // Every message under way listens.
    setMaxListeners(0, this.stopping.signal);
    this.intake = new CallbackIntake(options.store);
    this.sender = new CallbackSender({ ...options, signal: this.stopping.signal });
    const stumbled = (name: string, err: unknown): void => this.stumbled(name, err);
    this.discovery = new KeyedWork(() => this.discover(), 1, stumbled);
    this.passes = new KeyedWork((name) => this.serve(name), SUBSCRIBERS_AT_ONCE, stumbled);
  }

  /** The read model has come to `position`. */
  onFleetAdvanced(position: number): void {
    this.position = Math.max(this.position, position);
    this.discovery.ask('');
  }

  /** Which subscribers are ours may have changed. */
  lookAtAll(): void {
    this.discovered = 0;
    this.discovery.ask('');
  }

  /** Beneath every wake-up. */
  sweep(): void {
    this.discovery.ask('');
    for (const name of this.active) this.passes.ask(name);
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.discovery.close();
    await this.passes.close();
    this.alarms.clear();
  }

  private async discover(): Promise<void> {
    const { position, discovered } = this;
    const changed = await changedSubscribers(this.options.store.pool, discovered);
    for (const name of changed) this.active.add(name);
    if (this.discovered === discovered) this.discovered = position;
    const { owns } = this.options;
    for (const name of this.active) if (!owns(name)) this.drop(name);
    // A run is told only of itself; a webhook looks at whatever is new.
    for (const name of new Set([...changed, ...this.webhooks()])) if (owns(name)) this.passes.ask(name);
  }

  private webhooks(): string[] {
    return [...this.active].filter((name) => name.startsWith('webhook/'));
  }

  private async serve(name: string): Promise<void> {
    if (!this.options.owns(name)) return this.drop(name);
    const served = await this.intake.take(name, this.position);
    if (!served) return this.drop(name);
    if (!served.noted) this.passes.ask(name);
    const againMs = await this.sender.send(served.subscriber);
    if (this.stopping.signal.aborted) return;
    if (againMs !== undefined) this.alarms.set(name, Math.min(Math.ceil(againMs), LONGEST_TIMER_MS));
    else if (served.done) this.drop(name);
  }

  private drop(name: string): void {
    this.active.delete(name);
    this.alarms.cancel(name);
    this.intake.forget(name);
    this.sender.forget(name);
  }

  private stumbled(name: string, err: unknown): void {
    if (this.stopping.signal.aborted) return;
    this.options.logger.warn({ subscriber: name, err }, 'callbacks could not be seen to; they will be again');
    if (name !== '') this.alarms.set(name, STUMBLED_MS);
  }
}

import { type IncomingMessage, ServerResponse } from 'node:http';
import { type Fate, GOOD_FATE } from '../faults/fate';

/**
 * A response that suffers the fate of its request: late, in pieces, cut at a byte, or never sent at all. Whoever
 * answers writes to it as to any other.
 */
export class FaultyResponse<
  Request extends IncomingMessage = IncomingMessage,
> extends ServerResponse<Request> {
  fate: Fate = GOOD_FATE;
  private sent = 0;
  private waiting: Buffer[] = [];
  private timer: NodeJS.Timeout | undefined;
  private begun = false;
  private ended = false;

  override flushHeaders(): void {
    if (this.fate === GOOD_FATE) super.flushHeaders();
    else this.begin();
  }

  override write(chunk: Buffer | string): boolean {
    if (this.fate === GOOD_FATE) return super.write(chunk);
    this.waiting.push(Buffer.from(chunk));
    this.begin();
    return this.waiting.length === 0;
  }

  override end(chunk?: unknown): this {
    if (this.fate === GOOD_FATE) return super.end(chunk);
    if (chunk !== undefined) this.waiting.push(Buffer.from(chunk as Buffer | string));
    this.ended = true;
    this.begin();
    return this;
  }

  private begin(): void {
    if (this.destroyed) return;
    if (this.fate.lost === 'answer') return void this.socket?.destroy();
    if (this.begun) {
      // In pieces, the next one comes in its own time.
      if (this.timer === undefined) this.sendNext();
      return;
    }
    this.begun = true;
    const late = this.fate.waitMs[1] + (this.fate.dribble?.everyMs ?? 0);
    this.after(late, () => {
      super.flushHeaders();
      this.sendNext();
    });
  }

  private after(delayMs: number, run: () => void): void {
    this.timer = setTimeout(() => {
      this.timer = undefined;
      if (!this.destroyed) run();
    }, delayMs).unref();
  }

  /** All that waits, or one piece of it. */
  private sendNext(): void {
    const { dribble, cutAfter } = this.fate;
    const all = Buffer.concat(this.waiting);
    const piece = all.subarray(0, Math.min(dribble?.bytes ?? Infinity, all.length, cutAfter - this.sent));
    this.sent += piece.length;
    const rest = all.subarray(piece.length);
    this.waiting = rest.length > 0 ? [rest] : [];
    if (piece.length > 0) super.write(piece);
    if (this.sent >= cutAfter) return void this.socket?.destroySoon();
    if (rest.length > 0) this.after(dribble?.everyMs ?? 0, () => this.sendNext());
    else if (this.ended) super.end();
  }
}

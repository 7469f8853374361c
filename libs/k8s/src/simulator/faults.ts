import { type Socket } from 'node:net';

/** What is made to go wrong with a cluster's API server. */
export class Faults {
  private isReachable = true;
  private failures: { left: number; status: number } = { left: 0, status: 0 };
  private readonly sockets = new Set<Socket>();
  /** Added to every answer, in milliseconds. */
  delayMs = 0;

  get reachable(): boolean {
    return this.isReachable;
  }

  /** Cutting a cluster off ends its open connections, watches included. */
  setReachable(reachable: boolean): void {
    this.isReachable = reachable;
    if (!reachable) for (const socket of this.sockets) socket.destroy();
  }

  failNext(count: number, status: number): void {
    this.failures = { left: count, status };
  }

  /** The status of the failure that this request gets, if it gets one. */
  nextFailure(): number | undefined {
    if (this.failures.left <= 0) return undefined;
    this.failures.left -= 1;
    return this.failures.status;
  }

  track(socket: Socket): void {
    this.sockets.add(socket);
  }

  forget(socket: Socket): void {
    this.sockets.delete(socket);
  }
}

import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

const GRACE_MS = 3_000;

/**
 * Knows which connections have a request under way, so that a stop waits for those and for no other. Node's own
 * closeIdleConnections looks once, and passes over connections on which nothing was ever asked (browsers open some in
 * advance); each of those holds up `server.close` for a minute.
 */
export class Connections {
  private readonly idle = new Set<Socket>();
  private closing = false;

  constructor(private readonly server: Server) {
    server.on('connection', (socket: Socket) => {
      if (this.closing) return void socket.destroy();
      this.idle.add(socket);
      socket.once('close', () => this.idle.delete(socket));
    });
    server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
      this.idle.delete(socket);
      response.once('close', () => this.rest(socket));
    });
  }

  /** Requests under way are let finish, for a while, as long as `close` goes on. */
  async closeDuring(close: () => Promise<void>): Promise<void> {
    this.closing = true;
    for (const socket of this.idle) socket.destroy();
    const deadline = setTimeout(() => this.server.closeAllConnections(), GRACE_MS);
    try {
      await close();
    } finally {
      clearTimeout(deadline);
    }
  }

  private rest(socket: Socket): void {
    if (socket.destroyed) return;
    if (this.closing) socket.destroySoon();
    else this.idle.add(socket);
  }
}

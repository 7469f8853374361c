import { connect, Socket } from 'node:net';
import type { ISocketFactory } from 'kafkajs';

/** Stands between kafkajs and any broker: off, open connections break and new ones are refused. */
export class NetworkSwitch {
  #on = true;
  readonly #open = new Set<Socket>();

  readonly socketFactory: ISocketFactory = ({ host, port, onConnect }) => {
    if (!this.#on) {
      const refused = new Socket();
      process.nextTick(() => refused.destroy(new Error('the network is switched off')));
      return refused;
    }
    const socket = connect({ host, port }, onConnect);
    this.#open.add(socket);
    socket.on('close', () => this.#open.delete(socket));
    return socket;
  };

  off(): void {
    this.#on = false;
    for (const socket of this.#open) socket.destroy(new Error('connection reset'));
  }

  on(): void {
    this.#on = true;
  }
}

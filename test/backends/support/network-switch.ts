import { connect, Socket } from 'node:net';
import type { ISocketFactory } from 'kafkajs';

/**
 * Stands between kafkajs and any broker. Off: open connections break and new ones are refused. Hanging: they
 * stay, and nothing comes over them.
 */
export class NetworkSwitch {
  #state: 'on' | 'hanging' | 'off' = 'on';
  readonly #open = new Set<Socket>();

  readonly socketFactory: ISocketFactory = ({ host, port, onConnect }) => {
    if (this.#state === 'off') {
      const refused = new Socket();
      process.nextTick(() => refused.destroy(new Error('the network is switched off')));
      return refused;
    }
    const socket = connect({ host, port }, onConnect);
    if (this.#state === 'hanging') socket.pause();
    this.#open.add(socket);
    socket.on('close', () => this.#open.delete(socket));
    return socket;
  };

  off(): void {
    this.#state = 'off';
    for (const socket of this.#open) socket.destroy(new Error('connection reset'));
  }

  hang(): void {
    this.#state = 'hanging';
    for (const socket of this.#open) socket.pause();
  }

  on(): void {
    this.#state = 'on';
    for (const socket of this.#open) socket.resume();
  }
}

import { type Socket } from 'node:net';
import { type Faults } from '../faults/faults';

/** Which cluster each open connection leads to: the one that it was last used for. */
export class Connections {
  private readonly owners = new Map<Socket, Faults | undefined>();

  add(socket: Socket): void {
    this.owners.set(socket, undefined);
    socket.once('close', () => {
      this.owners.get(socket)?.forget(socket);
      this.owners.delete(socket);
    });
  }

  /** A client may use one connection for several clusters, but only for one at a time. */
  assign(socket: Socket, faults: Faults): void {
    const owner = this.owners.get(socket);
    if (owner === faults) return;
    owner?.forget(socket);
    this.owners.set(socket, faults);
    faults.track(socket);
  }

  destroy(): void {
    for (const socket of this.owners.keys()) socket.destroy();
  }
}

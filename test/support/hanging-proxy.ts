import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/**
 * Stands between a client and a server. Hanging: connections are taken and stay open, and nothing comes over them.
 * Off: open connections break, and new ones do at once.
 */
export class HangingProxy {
  private state: 'on' | 'hanging' | 'off' = 'on';
  private readonly sockets = new Set<Socket>();
  private readonly server = createServer((socket) => this.serve(socket));

  private constructor(private readonly upstream: { host: string; port: number }) {}

  static async to(url: string): Promise<HangingProxy> {
    const { hostname: host, port } = new URL(url);
    const proxy = new HangingProxy({ host, port: Number(port) });
    await new Promise<void>((resolve) => proxy.server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Connections from before stay silent for ever, as they do when a router forgot them. */
  hang(): void {
    this.state = 'hanging';
    for (const socket of this.sockets) socket.unpipe().pause();
  }

  off(): void {
    this.state = 'off';
    for (const socket of this.sockets) socket.destroy();
  }

  on(): void {
    this.state = 'on';
  }

  async close(): Promise<void> {
    this.off();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private serve(client: Socket): void {
    this.track(client);
    if (this.state === 'off') return void client.destroy();
    if (this.state === 'hanging') return void client.pause();
    const server = connect(this.upstream);
    this.track(server);
    client.pipe(server).pipe(client);
    client.on('close', () => server.destroy());
    server.on('close', () => client.destroy());
  }

  private track(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => this.sockets.delete(socket));
  }
}

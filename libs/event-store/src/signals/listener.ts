import type { Pool } from 'pg';
import { HeldConnection } from '../postgres/held-connection';

/** Channels; payloads are positions, for projections `name:position`. */
export const channels = {
  appended: 'keelson_appended',
  sealed: 'keelson_sealed',
  projection: 'keelson_projection',
} as const;

type Channel = (typeof channels)[keyof typeof channels];

/** One LISTEN connection a process. Notifications may be lost with it, so every hearer polls beneath. */
export class Listener {
  private readonly connection: HeldConnection;

  constructor(
    pool: Pool,
    hear: Record<Channel, (payload: string) => void>,
    onError: (error: unknown) => void,
  ) {
    this.connection = new HeldConnection(pool, {
      onError,
      onOpen: async (client) => {
        client.on('notification', ({ channel, payload = '' }) => hear[channel as Channel]?.(payload));
        await client.query(
          Object.keys(hear)
            .map((channel) => `listen ${channel}`)
            .join('; '),
        );
      },
    });
  }

  /** Whether notifications arrive just now. */
  get listening(): boolean {
    return this.connection.current !== undefined;
  }

  start(): Promise<void> {
    return this.connection.open();
  }

  stop(): Promise<void> {
    return this.connection.stop();
  }
}

import { Client } from 'pg';
import { setTimeout as delay } from 'node:timers/promises';
import { EmbeddedPostgresError } from '../errors';
import { superuser } from './initialise';

/** Methods that pg has and its types have not. */
interface Refable {
  ref(): void;
  unref(): void;
}

/** Any number that no other advisory lock of the maintenance database uses. */
const ownerLock = 7_301;

/**
 * One connection kept for as long as we run the server. It does two things that a pid file does badly:
 * its advisory lock says, without pids that may be used again, that this server has a living owner; and its
 * end tells at once that the server has gone, also when the server is not our child because it was adopted.
 */
export class OwnerConnection {
  private client: Client & Refable;
  private released = false;
  private gone = false;
  private readonly listeners: (() => void)[] = [];

  private constructor(
    private readonly url: string,
    private readonly serverIsAlive: () => boolean,
    client: Client & Refable,
  ) {
    this.client = client;
    this.watch();
  }

  /** @throws EmbeddedPostgresError when another process owns the server. */
  static async take(url: string, dataDir: string, serverIsAlive: () => boolean): Promise<OwnerConnection> {
    const client = await connect(url);
    const { rows } = await client.query<{ owned: boolean }>('select pg_try_advisory_lock($1) as owned', [
      ownerLock,
    ]);
    if (!rows[0]?.owned) {
      await client.end();
      throw new EmbeddedPostgresError(`${dataDir} is in use by another Keelson process: stop that one first`);
    }
    const { rowCount } = await client.query('select from pg_database where datname = $1', [superuser]);
    if (rowCount === 0) await client.query(`create database ${superuser}`);
    return new OwnerConnection(url, serverIsAlive, client);
  }

  onServerGone(listener: () => void): void {
    if (this.gone) listener();
    else this.listeners.push(listener);
  }

  async release(): Promise<void> {
    this.released = true;
    this.client.ref();
    await this.client.end();
  }

  private watch(): void {
    // Never the reason that a process stays alive.
    this.client.unref();
    this.client.once('end', () => void this.recover());
  }

  /** The connection may have been cut alone: only when the server does not come back is it gone. */
  private async recover(): Promise<void> {
    while (!this.released && this.serverIsAlive()) {
      try {
        this.client = await connect(this.url);
        await this.client.query('select pg_try_advisory_lock($1)', [ownerLock]);
        this.watch();
        return;
      } catch {
        await delay(50);
      }
    }
    if (this.released) return;
    this.gone = true;
    for (const listener of this.listeners) listener();
  }
}

const connect = async (url: string): Promise<Client & Refable> => {
  const client = new Client({ connectionString: url, application_name: 'keelson owner' });
  client.on('error', () => undefined); // `end` follows and is what counts
  await client.connect();
  return client as Client & Refable;
};

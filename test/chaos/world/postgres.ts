import { startEmbeddedPostgres, type EmbeddedPostgres } from '@keelson/event-store';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** Shared memory of a server that was killed stays in use until the last of its children has noticed. */
const START_MS = 60_000;

/** PostgreSQL as a process of its own, that can be killed and comes back on the same port with the same data. */
export class Postgres {
  private server: EmbeddedPostgres;
  private readonly port: number;

  private constructor(server: EmbeddedPostgres) {
    this.server = server;
    this.port = Number(new URL(server.url).port);
  }

  static async start(dataDir: string): Promise<Postgres> {
    return new Postgres(await startEmbeddedPostgres({ dataDir }));
  }

  get url(): string {
    return this.server.url;
  }

  /**
   * SIGKILL leaves its children to notice for themselves, SIGQUIT ends without a checkpoint, SIGINT ends in order and
   * throws everybody out. Resolves when it serves again.
   */
  async crash(signal: 'SIGKILL' | 'SIGQUIT' | 'SIGINT', awayMs: number): Promise<void> {
    const { dataDir } = this.server;
    const gone = new Promise<void>((resolve) => this.server.onExit(() => resolve()));
    process.kill(pidIn(dataDir), signal);
    await gone;
    await delay(awayMs);
    await this.startAgain(dataDir);
  }

  async stop(): Promise<void> {
    await this.server.stop();
  }

  private async startAgain(dataDir: string): Promise<void> {
    for (const deadline = Date.now() + START_MS; ;) {
      try {
        this.server = await startEmbeddedPostgres({ dataDir, port: this.port });
        return;
      } catch (error) {
        if (Date.now() > deadline) throw error;
        await delay(200);
      }
    }
  }
}

const pidIn = (dataDir: string): number =>
  Number(readFileSync(join(dataDir, 'postmaster.pid'), 'utf8').split('\n', 1)[0]);

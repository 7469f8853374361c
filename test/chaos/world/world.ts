import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from './client';
import { Journal } from './journal';
import { LogFollower } from './log-follower';
import { Pipeline } from './pipeline';
import { Postgres } from './postgres';
import { RepairSystem } from './repair-system';
import { ServerProcess } from './server-process';
import { SimulatorProcess } from './simulator-process';

export interface WorldOptions {
  readonly clusters: readonly string[];
  readonly apis: number;
  readonly workers: number;
  readonly onFault: (what: string) => void;
  /** Ends the waiting for answers. */
  readonly signal: AbortSignal;
}

/** Keelson as it is installed: a database, API processes, workers; and the clusters. Everything is a process. */
export class World {
  readonly client: Client;
  readonly journal: Journal;
  readonly log: LogFollower;

  private constructor(
    readonly folder: string,
    readonly postgres: Postgres,
    readonly simulator: SimulatorProcess,
    readonly repairs: RepairSystem,
    readonly pipeline: Pipeline,
    readonly servers: ReadonlyMap<string, ServerProcess>,
    urls: readonly string[],
    token: string,
    signal: AbortSignal,
  ) {
    this.client = new Client(urls, token, signal);
    this.journal = new Journal(this.client, {
      kubeconfigs: simulator.kubeconfigs,
      repairs: repairs.callback,
    });
    repairs.reportTo(this.client);
    this.log = new LogFollower(postgres.url);
  }

  /** Names of the processes that may be killed. */
  static processes({ apis, workers }: Pick<WorldOptions, 'apis' | 'workers'>): string[] {
    return [
      ...Array.from({ length: apis }, (_, index) => `api-${index + 1}`),
      ...Array.from({ length: workers }, (_, index) => `worker-${index + 1}`),
    ];
  }

  static async start(options: WorldOptions): Promise<World> {
    const folder = mkdtempSync(join(tmpdir(), 'keelson-chaos-'));
    // Open to pass through, for the account that the database runs under when we are root.
    chmodSync(folder, 0o755);
    mkdirSync(join(folder, 'logs'));
    const undo: (() => Promise<void>)[] = [];
    try {
      const simulator = await SimulatorProcess.start(options.clusters);
      undo.push(() => simulator.stop());
      const repairs = await RepairSystem.start(options.onFault);
      undo.push(() => repairs.stop());
      const pipeline = await Pipeline.start(options.onFault);
      undo.push(() => pipeline.stop());
      const postgres = await Postgres.start(join(folder, 'postgres'));
      undo.push(() => postgres.stop());
      const token = randomBytes(24).toString('base64url');
      const common = {
        DATABASE_URL: postgres.url,
        KEELSON_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
        KEELSON_ADMIN_TOKEN: token,
        KEELSON_ALLOW_PRIVATE_CALLBACKS: 'true',
        KEELSON_DATA: join(folder, 'data'),
        LOG_LEVEL: 'warn',
      };
      const servers = new Map<string, ServerProcess>();
      const urls: string[] = [];
      for (const name of World.processes(options)) {
        const role = name.startsWith('api') ? 'api' : 'worker';
        const port = role === 'api' ? await freePort() : 0;
        if (role === 'api') urls.push(`http://127.0.0.1:${port}`);
        const server = new ServerProcess({
          name,
          role,
          env: { ...common, KEELSON_PORT: String(port) },
          logFile: join(folder, 'logs', `${name}.log`),
          onFault: options.onFault,
        });
        servers.set(name, server);
        undo.push(() => server.end('SIGKILL'));
      }
      // Nobody stops them in an exit that cannot wait; PostgreSQL and the simulator see to it themselves.
      process.once('exit', () => [...servers.values()].forEach((server) => server.killNow()));
      await Promise.all([...servers.values()].map((server) => server.startOnce()));
      const { signal } = options;
      const world = new World(folder, postgres, simulator, repairs, pipeline, servers, urls, token, signal);
      await world.hearOfEverything();
      return world;
    } catch (error) {
      for (const end of undo.reverse()) await end();
      throw error;
    }
  }

  /** Before anything else is in the log. */
  private async hearOfEverything(): Promise<void> {
    const { status, body } = await this.client.ask('PUT', '/webhooks/pipeline', this.pipeline.webhook);
    if (status !== 202) throw new Error(`the pipeline cannot listen: ${status} ${JSON.stringify(body)}`);
  }

  server(name: string): ServerProcess {
    const found = this.servers.get(name);
    if (!found) throw new Error(`there is no process ${name}`);
    return found;
  }

  /** Leaves nothing behind; the logs only when something went wrong. */
  async stop({ keepLogs }: { keepLogs: boolean }): Promise<void> {
    for (const server of this.servers.values()) {
      server.thaw();
      await server.end('SIGKILL');
    }
    await this.repairs.stop();
    await this.pipeline.stop();
    await this.log.stop();
    await this.postgres.stop();
    this.simulator.thaw();
    await this.simulator.stop();
    rmSync(keepLogs ? join(this.folder, 'postgres') : this.folder, { recursive: true, force: true });
  }
}

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });

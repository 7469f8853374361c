import { ApiClient } from './api/client';
import { resolveLogin } from './config/resolve';
import { EXIT, type ExitCode } from './exit-code';
import type { Io } from './io';
import { coloursFor, type Colours } from './output/colours';

/** What every command gets: the process around it, one API client, and one way to answer. */
export class Host {
  exitCode: ExitCode = EXIT.done;
  /** Set from `-o` before a command runs. */
  format: 'table' | 'json' = 'table';
  private client: ApiClient | undefined;

  constructor(readonly io: Io) {}

  /** Connected on first use: `keelson --help` needs no server and no token. */
  async api(): Promise<ApiClient> {
    if (!this.client) {
      const { url, token } = await resolveLogin(this.io);
      this.client = new ApiClient(url, token);
    }
    return this.client;
  }

  get json(): boolean {
    return this.format === 'json';
  }

  get colours(): Colours {
    return coloursFor(this.io, this.io.stdout);
  }

  /** The answer of a command: the value itself with `-o json`, else the text made of it. */
  answer(value: unknown, text: () => string): void {
    this.line(this.json ? JSON.stringify(value, null, 2) : text());
  }

  line(text: string): void {
    this.io.stdout.write(`${text}\n`);
  }

  /** For people only: never part of the answer. */
  note(text: string): void {
    this.io.stderr.write(`${text}\n`);
  }

  async close(): Promise<void> {
    await this.client?.close();
  }
}

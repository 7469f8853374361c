import { randomBytes } from 'node:crypto';
import { adminAuthentication, createApi, hashToken, type Api } from '@keelson/api';
import {
  createPool,
  createVault,
  openEventStore,
  type EventStore,
  type Projection,
} from '@keelson/event-store';
import { Registry } from 'prom-client';
import { operations } from '../../../apps/api/src/operations';
import { FLEET_EVENT_TYPES } from '../../../apps/worker/src/fleet/event-types';
import { fleetProjection } from '../../../apps/worker/src/fleet/projection';
import { testDatabase, type TestDatabase } from '../../support/database';

export const TOKEN = 'token-of-the-tests';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: any;
  readonly text: string;
}

export interface Send {
  readonly json?: unknown;
  /** As it is, instead of `json`. */
  readonly raw?: string | Buffer;
  readonly headers?: Record<string, string>;
  /** null: none. */
  readonly token?: string | null;
}

/** A real API on a database of its own, with the projection that its reads come from, over real sockets. */
export class Harness {
  private constructor(
    readonly database: TestDatabase,
    readonly store: EventStore,
    readonly projection: Projection | undefined,
    readonly api: Api,
    readonly url: string,
    readonly problems: unknown[],
  ) {}

  /** `through`: reaches the database at another address than its own. */
  static async start({ project = true, through = (url: string) => url } = {}): Promise<Harness> {
    const database = await testDatabase();
    const pool = createPool(through(database.url));
    const store = await openEventStore({ pool });
    const projection = project ? store.runProjection(fleetProjection()) : undefined;
    await projection?.ready;
    const problems: unknown[] = [];
    const note = (fields: object): void => void problems.push(fields);
    const api = await createApi({
      store,
      vault: createVault(pool, randomBytes(32)),
      authenticate: adminAuthentication(hashToken(TOKEN)),
      eventTypes: FLEET_EVENT_TYPES,
      registry: new Registry(),
      logger: { error: note, warn: note, info: () => undefined, debug: () => undefined },
      version: '0.0.0-test',
    });
    const url = await api.listen('127.0.0.1', 0);
    return new Harness(database, store, projection, api, url, problems);
  }

  async stop(): Promise<void> {
    await this.api.close();
    await this.store.stop();
    await this.store.pool.end();
    await this.database.drop();
  }

  async send(
    method: string,
    path: string,
    { json, raw, headers = {}, token = TOKEN }: Send = {},
  ): Promise<Answer> {
    const body = raw ?? (json === undefined ? undefined : JSON.stringify(json));
    const response = await fetch(this.url + path, {
      method,
      headers: {
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body }),
    });
    const text = await response.text();
    const isJson = /[/+]json/.test(response.headers.get('content-type') ?? '');
    const answer = isJson ? JSON.parse(text) : undefined;
    if (isJson && response.ok) assertAsDocumented(method, path, answer);
    return { status: response.status, headers: response.headers, text, body: answer };
  }

  get = (path: string, send?: Send): Promise<Answer> => this.send('GET', path, send);
  put = (path: string, json?: unknown, send?: Send): Promise<Answer> =>
    this.send('PUT', path, { json, ...send });
  post = (path: string, json?: unknown, send?: Send): Promise<Answer> =>
    this.send('POST', path, { json, ...send });
  delete = (path: string, send?: Send): Promise<Answer> => this.send('DELETE', path, send);

  /** A GET that has seen what was recorded at `position`. */
  getAt = (path: string, position: number): Promise<Answer> =>
    this.get(path, { headers: { 'keelson-min-position': String(position) } });

  async countEvents(): Promise<number> {
    const { rows } = await this.database.pool.query('select count(*)::int as n from events');
    return rows[0].n;
  }
}

/** What the API answers is what its OpenAPI document says, field by field. */
const assertAsDocumented = (method: string, path: string, answer: unknown): void => {
  const pathname = path.split('?', 1)[0] as string;
  const of = operations.find(
    (one) =>
      one.method === method && new RegExp(`^${one.path.replace(/\{[^}]+\}/g, '[^/]+')}$`).test(pathname),
  );
  const checked = of?.answer?.safeParse(answer);
  if (checked?.success !== true)
    throw new Error(`${method} ${path} answers otherwise: ${checked?.error.message}`);
};

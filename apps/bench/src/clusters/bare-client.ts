import { linesOf } from '@keelson/demo';
import { Agent, type Dispatcher } from 'undici';
import { inLanes } from '../in-lanes';
import type { Access } from './access';

export interface BareRequest {
  readonly method: Dispatcher.HttpMethod;
  readonly path: string;
  readonly json?: string;
}

/** Requests to API servers with nothing around them: what the baselines and the judges are made of. */
export class BareClient {
  private readonly agents: ReadonlyMap<string, Agent>;

  constructor(private readonly clusters: readonly Access[]) {
    this.agents = new Map(clusters.map((cluster) => [cluster.name, agentOf(cluster)]));
  }

  /** Throws for an answer that is not 2xx, with its text. */
  async send({ name, server, token }: Access, { method, path, json }: BareRequest): Promise<void> {
    const { statusCode, body } = await this.agents.get(name)!.request({
      origin: new URL(server).origin,
      method,
      path: `${new URL(server).pathname.replace(/\/$/, '')}${path}`,
      headers: {
        authorization: `Bearer ${token}`,
        ...(json === undefined ? {} : { 'content-type': typeOf(method) }),
      },
      ...(json === undefined ? {} : { body: json }),
      // undici would close the connection after a DELETE with a body.
      reset: false,
    });
    const answer = await body.text();
    if (statusCode >= 300) throw new Error(`cluster ${name} answers ${statusCode} to a ${method}: ${answer}`);
  }

  /** All clusters at once; within each, so many requests in flight, begun in their order. */
  async sendAll(requests: readonly BareRequest[], inFlight: number): Promise<void> {
    await Promise.all(
      this.clusters.map((cluster) => inLanes(requests, inFlight, (request) => this.send(cluster, request))),
    );
  }

  /** The lines of a watch; resolves when the API server has opened it. */
  async watch(
    { name, server, token }: Access,
    path: string,
    signal: AbortSignal,
  ): Promise<AsyncIterable<string>> {
    const { body, statusCode } = await this.agents.get(name)!.request({
      origin: new URL(server).origin,
      method: 'GET',
      path: `${new URL(server).pathname.replace(/\/$/, '')}${path}?watch=true`,
      headers: { authorization: `Bearer ${token}` },
      signal,
    });
    if (statusCode !== 200) throw new Error(`cluster ${name} answers ${statusCode} to a watch`);
    return linesOf(body);
  }

  async close(): Promise<void> {
    await Promise.all([...this.agents.values()].map((agent) => agent.destroy()));
  }
}

const typeOf = (method: Dispatcher.HttpMethod): string =>
  method === 'PATCH' ? 'application/apply-patch+yaml' : 'application/json';

const agentOf = ({ caData }: Access): Agent =>
  new Agent({
    headersTimeout: 0,
    bodyTimeout: 0,
    ...(caData === undefined ? {} : { connect: { ca: Buffer.from(caData, 'base64').toString('utf8') } }),
  });

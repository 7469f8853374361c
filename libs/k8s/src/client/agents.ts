import { Pool } from 'undici';
import type { ClusterConnection } from '../connection/connection';

export interface AgentLimits {
  /** Open connections at most; null: no limit. */
  readonly connections: number | null;
  readonly connectTimeoutMs: number;
  /** Time without a byte of the body; 0: the reader watches over it. */
  readonly bodyTimeoutMs: number;
  readonly headersTimeoutMs: number;
}

const pem = (base64: string | undefined): string | undefined =>
  base64 === undefined ? undefined : Buffer.from(base64, 'base64').toString('utf8');

/** One keep-alive pool to the connection's origin. */
export const poolFor = (connection: ClusterConnection, limits: AgentLimits): Pool =>
  new Pool(new URL(connection.server).origin, {
    connections: limits.connections,
    pipelining: 1,
    // Below the API server's own 90 s, so that it is not the server that closes a socket under a request.
    keepAliveTimeout: 30_000,
    headersTimeout: limits.headersTimeoutMs,
    bodyTimeout: limits.bodyTimeoutMs,
    connect: {
      timeout: limits.connectTimeoutMs,
      ca: pem(connection.caData),
      cert: pem(connection.clientCertData),
      key: pem(connection.clientKeyData),
      servername: connection.tlsServerName,
      rejectUnauthorized: !connection.insecureSkipTlsVerify,
    },
  });

/** The Authorization header, if the connection has a credential that needs one. */
export const authorizationOf = (connection: ClusterConnection): string | undefined => {
  if (connection.token) return `Bearer ${connection.token}`;
  if (connection.username === undefined) return undefined;
  const pair = `${connection.username}:${connection.password ?? ''}`;
  return `Basic ${Buffer.from(pair).toString('base64')}`;
};

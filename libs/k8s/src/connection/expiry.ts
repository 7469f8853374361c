import { X509Certificate } from 'node:crypto';
import type { ClusterConnection } from './connection';

/** When credentials end by what they say of themselves. */
export interface Expiry {
  readonly what: 'client certificate' | 'token';
  /** RFC 3339. */
  readonly at: string;
}

/** The earliest end of the credentials; undefined when they say nothing of one, as legacy tokens do. */
export const expiryOf = ({ clientCertData, token }: ClusterConnection): Expiry | undefined => {
  const ends: Expiry[] = [];
  const certificate = clientCertData === undefined ? undefined : endOfCertificate(clientCertData);
  if (certificate !== undefined) ends.push({ what: 'client certificate', at: certificate });
  const bearer = token === undefined ? undefined : endOfToken(token);
  if (bearer !== undefined) ends.push({ what: 'token', at: bearer });
  return ends.sort((a, b) => Date.parse(a.at) - Date.parse(b.at))[0];
};

const endOfCertificate = (base64: string): string | undefined => {
  try {
    return timeOf(Date.parse(new X509Certificate(Buffer.from(base64, 'base64')).validTo));
  } catch {
    return undefined;
  }
};

/** The `exp` of a JSON Web Token (RFC 7519): seconds since the epoch. Read, not verified: only its issuer can. */
const endOfToken = (token: string): string | undefined => {
  const [, payload, signature] = token.split('.');
  if (payload === undefined || signature === undefined) return undefined;
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    const exp = typeof claims === 'object' && claims !== null && 'exp' in claims ? claims.exp : undefined;
    return typeof exp === 'number' ? timeOf(exp * 1_000) : undefined;
  } catch {
    return undefined;
  }
};

const timeOf = (ms: number): string | undefined =>
  Number.isFinite(ms) && Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : undefined;

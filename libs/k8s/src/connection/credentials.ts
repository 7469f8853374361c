import { X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import type { ClusterConnection } from './connection';

type TlsPart = 'caData' | 'clientCertData' | 'clientKeyData';

export interface BadPart {
  readonly part: TlsPart;
  readonly message: string;
}

const pemOf = (base64: string): string => Buffer.from(base64, 'base64').toString('utf8');

const isCertificate = (base64: string): boolean => {
  try {
    return new X509Certificate(pemOf(base64)).serialNumber !== '';
  } catch {
    return false;
  }
};

/** Finds certificates and keys that could never work, so that it is said now and not at the first connection. */
export const badTlsParts = (connection: ClusterConnection): readonly BadPart[] => {
  const { caData, clientCertData, clientKeyData } = connection;
  const bad: BadPart[] = [];
  for (const [part, data] of [
    ['caData', caData],
    ['clientCertData', clientCertData],
  ] as const) {
    if (data !== undefined && !isCertificate(data)) {
      bad.push({ part, message: 'must be a PEM certificate in base64' });
    }
  }
  if (clientCertData !== undefined && clientKeyData === undefined) {
    bad.push({ part: 'clientKeyData', message: 'is required with a client certificate' });
  }
  if (clientKeyData !== undefined && clientCertData === undefined) {
    bad.push({ part: 'clientCertData', message: 'is required with a client key' });
  }
  if (bad.length === 0 && clientCertData !== undefined && clientKeyData !== undefined) {
    if (!fit(clientCertData, clientKeyData)) {
      bad.push({
        part: 'clientKeyData',
        message: 'must be the PEM private key of the client certificate, in base64',
      });
    }
  }
  return bad;
};

const fit = (cert: string, key: string): boolean => {
  try {
    createSecureContext({ cert: pemOf(cert), key: pemOf(key) });
    return true;
  } catch {
    return false;
  }
};

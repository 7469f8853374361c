import type { FieldError } from '@keelson/domain';
import type { ClusterConnection, ConnectionInput, ParsedConnection } from './connection';
import { badTlsParts } from './credentials';
import { readKubeconfig } from './kubeconfig';
import { isOpenToReaders, refusalOfServer } from './server-url';

const KUBECONFIG_PATH = '/connection/kubeconfig';

/**
 * Turns what a user gave into a connection, or says for each thing that cannot be used where it is and why.
 * Nothing is run, no file is read, nothing is connected to; values of credentials appear in no message.
 */
export const parseConnection = (input: ConnectionInput): ParsedConnection => {
  if (!('kubeconfig' in input)) {
    const connection: ClusterConnection = {
      server: input.server,
      ...(input.caData ? { caData: asBase64(input.caData) } : {}),
      ...(input.token ? { token: input.token } : {}),
    };
    return checked(connection, (part, message) => ({ path: `/connection/${part}`, message }));
  }
  const read = readKubeconfig(input.kubeconfig);
  if (!read.ok) {
    return { ok: false, errors: read.problems.map(({ at, message }) => inKubeconfig(at, message)) };
  }
  return checked(read.connection, (part, message) => inKubeconfig(read.origin[part] ?? '', message));
};

const inKubeconfig = (at: string, message: string): FieldError => ({
  path: KUBECONFIG_PATH,
  message: at ? `${at} ${message}` : message,
});

const checked = (
  connection: ClusterConnection,
  errorAt: (part: keyof ClusterConnection, message: string) => FieldError,
): ParsedConnection => {
  const errors = badTlsParts(connection).map(({ part, message }) => errorAt(part, message));
  const refusal = refusalOfServer(connection.server);
  if (refusal) errors.unshift(errorAt('server', refusal));
  // It becomes a header's value; a line break at its end is the usual slip.
  if (connection.token !== undefined && !/^[\x21-\x7e]+$/.test(connection.token)) {
    errors.push(errorAt('token', 'must be printable ASCII without spaces and line breaks'));
  }
  return errors.length > 0
    ? { ok: false, errors }
    : { ok: true, connection, warnings: warningsFor(connection) };
};

/** A PEM as it is, for convenience, beside the kubeconfig's base64 of one. */
const asBase64 = (data: string): string =>
  data.trimStart().startsWith('-----BEGIN') ? Buffer.from(data, 'utf8').toString('base64') : data;

const warningsFor = (connection: ClusterConnection): readonly string[] => {
  const warnings: string[] = [];
  if (connection.insecureSkipTlsVerify) {
    warnings.push('insecure-skip-tls-verify: the identity of the API server is not verified');
  }
  if ((connection.token ?? connection.username) !== undefined && isOpenToReaders(connection.server)) {
    warnings.push('the credentials are sent over plain http and can be read on the way');
  }
  return warnings;
};

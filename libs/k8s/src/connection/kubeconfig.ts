// Its parser alone: the whole package takes 0.5 s and 50 MB to load, for typed clients that are not used here.
import { newClusters, newContexts, newUsers } from '@kubernetes/client-node/dist/config_types.js';
import { parse } from 'yaml';
import { isRecord } from '../drift/fields-v1';
import type { ClusterConnection } from './connection';

/** A refusal; `at` is the kubeconfig's own path, such as `users[0].user.exec`. */
export interface KubeconfigProblem {
  readonly at: string;
  readonly message: string;
}

export type ReadKubeconfig =
  | {
      readonly ok: true;
      readonly connection: ClusterConnection;
      readonly origin: Readonly<Record<string, string>>;
    }
  | { readonly ok: false; readonly problems: readonly KubeconfigProblem[] };

const MAX_CHARACTERS = 1024 * 1024;
const A_FILE = 'is the path of a file; put the data into the kubeconfig (kubectl config view --flatten)';

/** What runs a program, reads a file of this server or needs what Keelson has not: refused, by the field's name. */
const REFUSED_IN_CLUSTER: Readonly<Record<string, string>> = {
  'certificate-authority': A_FILE,
  'proxy-url': 'is not supported',
};
const REFUSED_IN_USER: Readonly<Record<string, string>> = {
  exec: 'runs a program, which is refused; use a token or a client certificate',
  'auth-provider': 'needs a plugin, which is refused; use a token or a client certificate',
  'client-certificate': A_FILE,
  'client-key': A_FILE,
  tokenFile: A_FILE,
  'token-file': A_FILE,
  as: 'is not supported',
};

const fail = (at: string, message: string): ReadKubeconfig => ({ ok: false, problems: [{ at, message }] });

/**
 * The connection that a kubeconfig's current context describes. Only that context's cluster and user are looked at.
 * They are checked in the parsed document and then given to the parser of client-node, which by itself would read a
 * `token-file` from this server's disk; and both see one document, because two YAML parsers can be made to disagree.
 */
export const readKubeconfig = (text: string): ReadKubeconfig => {
  if (text.length > MAX_CHARACTERS) return fail('', `is longer than ${MAX_CHARACTERS} characters`);
  let document: unknown;
  try {
    document = parse(text);
  } catch (error) {
    return fail(
      '',
      `is not YAML: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : 'cannot be read'}`,
    );
  }
  if (!isRecord(document)) return fail('', 'is not a kubeconfig');
  const name = document['current-context'];
  if (typeof name !== 'string' || name === '') return fail('current-context', 'is missing');
  const context = find(document, 'contexts', 'context', name);
  if (!context) return fail('current-context', `names the context ${name}, which is not there`);
  const clusterName = context.value['cluster'];
  const cluster = find(document, 'clusters', 'cluster', clusterName);
  if (!cluster) return fail(`${context.at}.cluster`, 'names a cluster that is not there');
  const userName = context.value['user'];
  const user = userName === undefined ? undefined : find(document, 'users', 'user', userName);
  if (userName !== undefined && !user) return fail(`${context.at}.user`, 'names a user that is not there');

  const problems = [
    ...problemsIn(cluster, REFUSED_IN_CLUSTER),
    ...(user ? problemsIn(user, REFUSED_IN_USER) : []),
  ];
  if (typeof cluster.value['server'] !== 'string') {
    problems.push({ at: `${cluster.at}.server`, message: 'is missing' });
  }
  if (problems.length > 0) return { ok: false, problems };
  return { ok: true, connection: connectionOf(cluster, user, context), origin: originOf(cluster, user) };
};

interface Entry {
  /** `clusters[0].cluster` */
  readonly at: string;
  readonly element: Record<string, unknown>;
  readonly value: Record<string, unknown>;
}

const find = (
  document: Record<string, unknown>,
  list: string,
  field: string,
  name: unknown,
): Entry | undefined => {
  const entries: unknown = document[list];
  if (!Array.isArray(entries) || typeof name !== 'string') return undefined;
  const index = entries.findIndex((entry) => isRecord(entry) && entry['name'] === name);
  const element: unknown = entries[index];
  if (!isRecord(element)) return undefined;
  const value = element[field] ?? {};
  return isRecord(value) ? { at: `${list}[${index}].${field}`, element, value } : undefined;
};

/** Strings are expected everywhere; a number as a token would be sent as something else than what was meant. */
const problemsIn = (entry: Entry, refused: Readonly<Record<string, string>>): KubeconfigProblem[] =>
  Object.entries(entry.value).flatMap(([field, value]) => {
    if (value === undefined || value === null || value === '') return [];
    const at = `${entry.at}.${field}`;
    if (refused[field] !== undefined) return [{ at, message: refused[field] }];
    return TEXT_FIELDS.has(field) && typeof value !== 'string' ? [{ at, message: 'must be text' }] : [];
  });

const TEXT_FIELDS: ReadonlySet<string> = new Set([
  'server',
  'tls-server-name',
  'certificate-authority-data',
  'client-certificate-data',
  'client-key-data',
  'token',
  'username',
  'password',
]);

const connectionOf = (cluster: Entry, user: Entry | undefined, context: Entry): ClusterConnection => {
  const [parsedCluster] = newClusters([cluster.element]);
  const [parsedContext] = newContexts([context.element]);
  const [parsedUser] = user && parsedContext?.user ? newUsers([user.element]) : [];
  return withoutEmpty({
    server: parsedCluster?.server ?? '',
    caData: parsedCluster?.caData,
    insecureSkipTlsVerify: parsedCluster?.skipTLSVerify || undefined,
    tlsServerName: parsedCluster?.tlsServerName,
    token: parsedUser?.token,
    clientCertData: parsedUser?.certData,
    clientKeyData: parsedUser?.keyData,
    username: parsedUser?.username,
    password: parsedUser?.password,
  });
};

const withoutEmpty = (connection: {
  [K in keyof ClusterConnection]: ClusterConnection[K] | undefined | null;
}) =>
  Object.fromEntries(
    Object.entries(connection).filter(([, value]) => value !== undefined && value !== null && value !== ''),
  ) as unknown as ClusterConnection;

/** Where in the kubeconfig a part of the connection came from, for messages. */
const originOf = (cluster: Entry, user: Entry | undefined): Readonly<Record<string, string>> => ({
  server: `${cluster.at}.server`,
  caData: `${cluster.at}.certificate-authority-data`,
  ...(user
    ? {
        token: `${user.at}.token`,
        clientCertData: `${user.at}.client-certificate-data`,
        clientKeyData: `${user.at}.client-key-data`,
      }
    : {}),
});

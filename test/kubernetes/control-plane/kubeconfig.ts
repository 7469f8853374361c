import { parse, stringify } from 'yaml';

/** How to reach an API server; certificates and keys are base64, as in a kubeconfig. */
export interface Connection {
  readonly name: string;
  readonly server: string;
  readonly caData?: string;
  readonly token?: string;
  readonly clientCertificateData?: string;
  readonly clientKeyData?: string;
  readonly insecure?: boolean;
}

export const formatKubeconfig = ({ name, server, caData, token }: Connection): string =>
  stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    clusters: [{ name, cluster: { server, 'certificate-authority-data': caData } }],
    users: [{ name, user: { token } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
  });

interface Named {
  readonly name: string;
  readonly [entry: string]: Record<string, string> | string;
}

/**
 * Reads the current context of a kubeconfig that stands alone: certificates and keys inline, a token or a client
 * certificate. The product refuses files and exec plugins from its users, so the tests cannot use them either.
 */
export function parseKubeconfig(yaml: string, origin: string): Connection {
  const config = parse(yaml) as Record<string, unknown>;
  const entry = (list: string, field: string, name: unknown): Record<string, string> => {
    const found = (config[list] as Named[] | undefined)?.find((candidate) => candidate.name === name)?.[
      field
    ];
    if (!found || typeof found === 'string') throw new Error(`${origin}: no ${field} "${String(name)}"`);
    return found;
  };
  const context = entry('contexts', 'context', config['current-context']);
  const cluster = entry('clusters', 'cluster', context['cluster']);
  const user = entry('users', 'user', context['user']);
  for (const field of ['certificate-authority', 'client-certificate', 'client-key', 'tokenFile', 'exec']) {
    if (cluster[field] ?? user[field]) {
      throw new Error(`${origin}: "${field}" is not inline; use kubectl config view --minify --flatten`);
    }
  }
  return {
    name: String(context['cluster']),
    server: String(cluster['server']),
    caData: cluster['certificate-authority-data'],
    token: user['token'],
    clientCertificateData: user['client-certificate-data'],
    clientKeyData: user['client-key-data'],
    insecure: Boolean(cluster['insecure-skip-tls-verify']),
  };
}

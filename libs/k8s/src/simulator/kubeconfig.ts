import { stringify } from 'yaml';

/** A kubeconfig with one cluster, one user by token and one context, as YAML. */
export const kubeconfigFor = (name: string, server: string, token: string): string =>
  stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server } }],
    users: [{ name, user: { token } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    'current-context': name,
  });

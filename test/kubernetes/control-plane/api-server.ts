import { randomBytes, generateKeyPairSync } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { onFreePorts } from './free-port';
import { startGuarded } from './guarded-process';
import { KubeClient } from './kube-client';
import type { Connection } from './kubeconfig';
import { until } from './until';

/** Two cold API servers at once on two busy cores need about 15 s. */
const READY_WITHIN = 90_000;

export interface ApiServer {
  readonly connection: Connection & { readonly caData: string; readonly token: string };
  readonly client: KubeClient;
  /** PEM file with the key that signs service account tokens; the controller manager signs with it too. */
  readonly serviceAccountKeyFile: string;
  stop(): Promise<void>;
}

/** Starts kube-apiserver for one cluster over a shared etcd. `folder` is the cluster's own. */
export async function startApiServer(
  binary: string,
  { name, etcdUrl, folder }: { name: string; etcdUrl: string; folder: string },
  flags: readonly string[] = [],
): Promise<ApiServer> {
  const token = randomBytes(24).toString('hex');
  const tokenFile = join(folder, 'tokens.csv');
  const serviceAccountKeyFile = join(folder, 'service-account.key');
  await mkdir(folder, { recursive: true });
  await writeFile(tokenFile, `${token},admin,admin,system:masters\n`, { mode: 0o600 });
  await writeFile(serviceAccountKeyFile, privateKeyPem(), { mode: 0o600 });

  return onFreePorts(1, async ([port]) => {
    const certificates = join(folder, `certificates-${port}`);
    const server = startGuarded(
      binary,
      [
        `--etcd-servers=${etcdUrl}`,
        `--etcd-prefix=/${name}`,
        '--bind-address=127.0.0.1',
        // Without it the server looks for a default route, and ends where there is none.
        '--advertise-address=127.0.0.1',
        '--endpoint-reconciler-type=none',
        `--secure-port=${port}`,
        `--cert-dir=${certificates}`,
        `--token-auth-file=${tokenFile}`,
        '--authorization-mode=RBAC',
        '--allow-privileged=true',
        '--service-account-issuer=https://kubernetes.default.svc',
        `--service-account-key-file=${serviceAccountKeyFile}`,
        `--service-account-signing-key-file=${serviceAccountKeyFile}`,
        '--service-cluster-ip-range=10.96.0.0/16',
        '--profiling=false',
        ...flags,
      ],
      join(folder, 'kube-apiserver.log'),
    );
    try {
      const url = `https://127.0.0.1:${port}`;
      const certificate = join(certificates, 'apiserver.crt');
      const caData = await until(
        `certificate of ${name}`,
        async () => {
          server.assertRunning();
          return existsSync(certificate) ? authorityOf(readFileSync(certificate, 'utf8')) : undefined;
        },
        { deadline: READY_WITHIN },
        server.tail,
      );
      const connection = { name, server: url, caData, token };
      const client = new KubeClient(connection);
      const ready = async (): Promise<true | undefined> => {
        server.assertRunning();
        const answer = await client.request('GET', '/readyz').catch(() => undefined);
        return answer?.status === 200 || undefined;
      };
      await until(`API server of ${name} ready`, ready, { deadline: READY_WITHIN }, server.tail).catch(
        async (error: unknown) => {
          await client.close();
          throw error;
        },
      );
      const stop = async (): Promise<void> => {
        await client.close();
        await server.stop();
      };
      return { connection, client, serviceAccountKeyFile, stop };
    } catch (error) {
      await server.stop();
      throw error;
    }
  });
}

/**
 * The server makes its own certificate and writes it followed by the authority that signed it: the second of the
 * two is what a client must trust. Nothing until both are on disk.
 */
function authorityOf(pem: string): string | undefined {
  const authority = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n/g)?.[1];
  return authority && Buffer.from(authority).toString('base64');
}

const privateKeyPem = (): string =>
  generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  }).privateKey;

import { execFileSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { join, resolve } from 'node:path';
import type { ControllerBinaries } from './controllers';

export interface Binaries {
  readonly etcd: string;
  readonly apiServer: string;
  /** Absent where the folder has none: then no Deployment gets pods. */
  readonly controllers?: ControllerBinaries;
}

/** What the user has to set. Its stack is the message alone: Jest prints the stack, and one line is to be read. */
export class NoKubernetes extends Error {
  override readonly name = 'NoKubernetes';

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.stack = message;
  }
}

const BUILD = resolve(__dirname, '../../../scripts/kubernetes/build.sh');

/**
 * The control plane's programs: from the folder KUBEBUILDER_ASSETS, the convention of the ecosystem's test tools,
 * or built from Debian's source, which takes some minutes once.
 * @throws NoKubernetes when neither can be had.
 */
export function findBinaries(env: NodeJS.ProcessEnv = process.env): Binaries {
  const assets = env['KUBEBUILDER_ASSETS'];
  if (assets) return binariesIn(assets, 'KUBEBUILDER_ASSETS');
  return binariesIn(buildFromSource(), 'the build');
}

function binariesIn(folder: string, origin: string): Binaries {
  const required = (name: string): string => {
    const path = join(folder, name);
    if (!isExecutable(path)) throw new NoKubernetes(`${origin}: ${folder} has no program ${name}`);
    return path;
  };
  const controllerManager = join(folder, 'kube-controller-manager');
  const scheduler = join(folder, 'kube-scheduler');
  return {
    etcd: required('etcd'),
    apiServer: required('kube-apiserver'),
    ...(isExecutable(controllerManager) && isExecutable(scheduler)
      ? { controllers: { controllerManager, scheduler } }
      : {}),
  };
}

/** Its progress goes to our stderr; the folder is the last line of its stdout. */
function buildFromSource(): string {
  try {
    return execFileSync('bash', [BUILD], { stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8' }).trim();
  } catch (cause) {
    throw new NoKubernetes(
      'No Kubernetes to test against: set KEELSON_TEST_KUBECONFIGS (kubeconfig paths, colon-separated) or ' +
        'KUBEBUILDER_ASSETS (a folder with etcd, kube-apiserver, kube-controller-manager and kube-scheduler), ' +
        'or run as root on Debian 12 to build them; the lines above say why that did not work.',
      { cause },
    );
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

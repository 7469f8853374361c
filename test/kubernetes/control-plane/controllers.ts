import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ApiServer } from './api-server';
import { startGuarded, type GuardedProcess } from './guarded-process';
import { formatKubeconfig } from './kubeconfig';

export interface ControllerBinaries {
  readonly controllerManager: string;
  readonly scheduler: string;
}

/**
 * How many requests the controller manager sends: 20 a second as it is shipped, which is what a measured cluster has;
 * raised for tests, which would wait for that limit and for nothing else.
 */
export type ControllerLimits = 'shipped' | 'raised';

/**
 * Starts the real controller manager and scheduler. The scheduler costs about 50 MB and keeps the binding of pods,
 * their conditions and their events as they are in a cluster; binding by the fake kubelet would cost less and
 * show nothing of unschedulable pods or taints.
 */
export async function startControllers(
  { controllerManager, scheduler }: ControllerBinaries,
  server: ApiServer,
  { folder, limits }: { readonly folder: string; readonly limits: ControllerLimits },
): Promise<GuardedProcess[]> {
  const kubeconfig = join(folder, 'controllers.kubeconfig');
  await writeFile(kubeconfig, formatKubeconfig(server.connection), { mode: 0o600 });
  const common = [`--kubeconfig=${kubeconfig}`, '--leader-elect=false', '--profiling=false'];
  return [
    startGuarded(
      controllerManager,
      [
        ...common,
        ...(await noPorts(controllerManager)),
        '--use-service-account-credentials=false',
        `--service-account-private-key-file=${server.serviceAccountKeyFile}`,
        ...(limits === 'raised' ? ['--kube-api-qps=500', '--kube-api-burst=1000'] : []),
      ],
      join(folder, 'kube-controller-manager.log'),
    ),
    startGuarded(scheduler, [...common, ...(await noPorts(scheduler))], join(folder, 'kube-scheduler.log')),
  ];
}

/** Nobody asks them anything, and two clusters could not share their fixed ports. `--port` left with 1.24. */
async function noPorts(binary: string): Promise<string[]> {
  const { stdout } = await promisify(execFile)(binary, ['--help'], { maxBuffer: 4 * 1024 ** 2 });
  return ['--secure-port=0', ...(/^ +--port /m.test(stdout) ? ['--port=0'] : [])];
}

import { groupOf, type KubeObject } from '@keelson/domain';
import { cloneSetDriver } from './clone-set-driver';
import { deploymentDriver } from './deployment/deployment-driver';
import { inPlaceDriver, withInPlace } from './in-place';
import { oneBatchDriver } from './one-batch';
import { sidecarSetDriver } from './sidecar-set-driver';
import { statefulSetDriver } from './stateful-set-driver';
import type { WorkloadDriver } from './types';

/** Pods are replaced, or upgraded by the workload's own controller. */
const DRIVERS: Readonly<Record<string, WorkloadDriver>> = {
  'apps/Deployment': deploymentDriver,
  'apps/StatefulSet': statefulSetDriver,
  'apps/DaemonSet': oneBatchDriver,
  'apps/ReplicaSet': oneBatchDriver,
  'apps.kruise.io/CloneSet': cloneSetDriver,
  'apps.kruise.io/SidecarSet': sidecarSetDriver,
  'apps.kruise.io/StatefulSet': oneBatchDriver,
  'apps.kruise.io/DaemonSet': oneBatchDriver,
};

/**
 * Who moves a planned object; undefined for what has no pods to move, or none that last (a Job). The driver is the same
 * for every mode of update: an upgrade that was begun in place is ended in place, whatever is wanted by now.
 */
export const driverFor = (planned: KubeObject): WorkloadDriver | undefined => {
  const recreate = DRIVERS[`${groupOf(planned.apiVersion)}/${planned.kind}`];
  const inPlace = inPlaceDriver(planned);
  return recreate && inPlace ? withInPlace(recreate, inPlace) : recreate;
};

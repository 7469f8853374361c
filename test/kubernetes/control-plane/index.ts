export { findBinaries, type Binaries } from './binaries';
export type { ControllerLimits } from './controllers';
export { startControlPlane, type ControlPlane, type ControlPlaneOptions } from './control-plane';
export { startEtcd, type Etcd } from './etcd';
export {
  KubeClient,
  KubeRefusal,
  APPLY_PATCH,
  MERGE_PATCH,
  STRATEGIC_PATCH,
  type KubeAnswer,
} from './kube-client';
export { parseKubeconfig, type Connection } from './kubeconfig';
export { createScratchFolder, type ScratchFolder } from './scratch-folder';
export { until } from './until';

export { type Action, patchTypeOf } from './action';
export { type CloneSetView, reconcileCloneSet } from './clone-set/reconcile';
export { CLONE_SET_CRD, KRUISE_GROUP, KRUISE_VERSION, SIDECAR_SET_CRD } from './crds';
export { injectSidecars } from './sidecar-set/injection';
export { type SidecarSetView, reconcileSidecarSet } from './sidecar-set/reconcile';

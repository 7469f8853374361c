export { ControlPlane } from './harness/control-plane';
export { makeScratchFolder, removeScratchFolder } from './harness/scratch-folder';
export { linesOf } from './harness/lines';
export { until, NotSeenError, type Until } from './until';

export { ControlPlane } from './harness/control-plane';
export { linesOf } from './harness/lines';
export { until, NotSeenError, type Until } from './until';

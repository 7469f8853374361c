export { NodeKeeper } from './node-keeper';
export { clustersToAttend } from './nodes.queries';

export { BlockersReader, type ClusterBlockers } from './blockers-reader';

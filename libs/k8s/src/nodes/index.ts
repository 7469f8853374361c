export { cordonNode, uncordonNode, type CordonOf } from './cordon';
export { NodeDrain, type DrainPass } from './drain';
export { observeNode, trimmedNode, type SeenNode } from './observe-node';

import { type KubeObject } from '@keelson/domain';
import { builtin } from '../api/registry';
import { objectAt } from '../json';
import { type ControllerContext } from './context';
import { isActive } from './pods';

const POD = builtin('', 'Pod');

/** Every pod that an object owns, terminating and finished ones included, in name order. */
export const ownedPods = (context: ControllerContext, { metadata }: KubeObject): KubeObject[] =>
  context.state.store.owners
    .of(metadata.uid ?? '')
    .filter(({ type }) => type === POD)
    .map(({ object }) => object)
    .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));

export const activePods = (context: ControllerContext, owner: KubeObject): KubeObject[] =>
  ownedPods(context, owner).filter(isActive);

/** Every pod that is bound to a node, terminating and finished ones included. */
export const podsOn = (context: ControllerContext, node: string): KubeObject[] =>
  context.state.store.list(POD).filter((pod) => objectAt(pod, 'spec').nodeName === node);

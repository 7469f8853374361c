export { isKept, isSwitch, isSwitched } from './blue-green';
export { childrenOf, type Beside } from './children-of';
export { drive, type Driven } from './drive';
export { driverFor } from './driver-for';
export * from './types';

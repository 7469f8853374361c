export { advanceRepairs } from './advance';
export * from './decider';
export * from './events';
export { noRepairs } from './evolve';
export * from './observation';
export * from './policy';
export * from './policy-decider';
export * from './state';
export * from './steps';

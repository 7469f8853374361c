export * from './decider';
export * from './window';

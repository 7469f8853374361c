export * from './kernel/decider';
export * from './kubernetes/marks';
export * from './kubernetes/objects';

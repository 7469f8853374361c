export * from './decider';
export * from './message-type';
export * from './webhook';

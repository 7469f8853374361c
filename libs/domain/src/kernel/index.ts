export * from './callback';
export * from './decider';
export * from './duration';
export * from './same-json';
export * from './share';

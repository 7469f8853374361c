export * from './events';
export * from './hold';
export * from './scope';

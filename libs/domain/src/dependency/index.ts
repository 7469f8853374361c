export * from './cycle';
export * from './dependency';
export * from './registry';

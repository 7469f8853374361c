export * from './placement';
export * from './selector';

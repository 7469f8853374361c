export * from './find-release';
export * from './release';

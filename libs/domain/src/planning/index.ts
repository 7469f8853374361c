export * from './apply-order';
export * from './diff-objects';
export * from './mask-secret';
export * from './plan';

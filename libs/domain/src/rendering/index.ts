export type { Rendered } from './apply-override';
export * from './facets';
export * from './render';
export * from './validate-overrides';
export * from './with-sidecars';

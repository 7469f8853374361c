export type { Rendered } from './apply-override';
export * from './facets';
export * from './render';
export * from './render-target';
export * from './validate-overrides';
export { isBudget, type DisruptionBudget } from './with-budgets';
export { largestReplicas, type RenderedSidecar } from './with-sidecars';

export * from './benchmarks';
export * from './options';

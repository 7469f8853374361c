export * from './upcasts';

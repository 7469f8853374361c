export type { Logger } from './logger';
export * from './bus';
export * from './jobs';

export * from './aggregate';
export { assessHealth } from './assess-health';
export type { Health } from './health';

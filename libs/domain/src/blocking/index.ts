export * from './blockers-of';

export * from './largest-step';
export * from './stage-of';
export * from './strategy';
export * from './validate-strategy';

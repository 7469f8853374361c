export const RUN_ACTIONS = [
  'pause',
  'resume',
  'abort',
  'rollback',
  'promote',
  'retry',
  'skip',
  'approve',
  'reject',
  'override',
] as const;

export type RunAction = (typeof RUN_ACTIONS)[number];

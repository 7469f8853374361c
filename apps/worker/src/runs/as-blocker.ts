import type { Blocker } from '@keelson/domain';

/** Another run, as what is waited for. No cluster is named: a thousand that wait for one run wait for one blocker. */
export const asBlocker = (run: string): Blocker => ({
  kind: 'Run',
  id: run,
  message: `run ${run} moves the same pods, and is not as far`,
});

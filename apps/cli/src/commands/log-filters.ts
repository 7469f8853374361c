import type { Command } from 'commander';
import { parseCount } from '../arguments';

/** The filters that the audit trail and the live events share. */
export interface LogFilters {
  readonly application?: string;
  readonly cluster?: string;
  readonly run?: string;
  readonly actor?: string;
  readonly type?: string;
  readonly after?: number;
}

export const withLogFilters = (command: Command): Command =>
  command
    .option('--application <name>')
    .option('--cluster <name>')
    .option('--run <id>')
    .option('--actor <name>', 'who did it')
    .option('--type <type>', 'for example ReleaseRequested')
    .option('--after <position>', 'behind this log position', parseCount);

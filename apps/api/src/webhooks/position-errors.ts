import type { FieldError } from '@keelson/domain';
import type { LogReader } from '@keelson/event-store';

/** A position that the log has not reached is a mistake: events would be passed over without a word. */
export const positionErrors = async (
  log: LogReader,
  path: string,
  position: number | undefined,
): Promise<FieldError[]> => {
  if (position === undefined) return [];
  const { position: end } = await log.head();
  return position <= end + 1 ? [] : [{ path, message: `is beyond the end of the log, which is at ${end}` }];
};

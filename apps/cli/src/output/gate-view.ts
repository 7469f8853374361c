import type { RunGate } from '../api/types';

/** What is asked of a gate's reader: what it is, where it stands. `before Approval`, `after Verification errors`. */
export const gateName = ({ side, type, name, duration }: RunGate): string =>
  [side, type, name ?? duration ?? ''].join(' ').trimEnd();

/** Who decided and why, else what the gate says of itself, else how many measurements there are. */
export const gateWords = ({ by, reason, message, measurements }: RunGate): string => {
  if (by !== null) return `by ${by}${reason === null ? '' : `: ${reason}`}`;
  if (message !== null) return message;
  const last = measurements.at(-1);
  return last ? `${measurements.length} taken, the last ${last.outcome}` : '';
};

/** Gates that somebody may want to look at while there is no room for all. */
export const isOpenGate = ({ phase }: RunGate): boolean => phase !== 'Pending' && phase !== 'Passed';

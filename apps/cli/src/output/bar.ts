import type { Colours } from './colours';

const WIDTH = 20;

/** A bar of fixed width; a whole of zero is a full bar, because nothing is missing. */
export const bar = (colours: Colours, done: number, whole: number, width = WIDTH): string => {
  const share = whole <= 0 ? 1 : Math.min(1, Math.max(0, done / whole));
  const filled = Math.floor(share * width);
  const paint = share === 1 ? colours.green : colours.yellow;
  return paint('█'.repeat(filled)) + colours.dim('░'.repeat(width - filled));
};

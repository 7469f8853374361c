/** A count (`3`) or a percentage (`"50%"`) of something that has a size. */
export type Share = number | string;

const PERCENTAGE = /^(100|[1-9]?\d)%$/;

export const isShare = (share: unknown): share is Share =>
  (typeof share === 'number' && Number.isInteger(share) && share >= 0) ||
  (typeof share === 'string' && PERCENTAGE.test(share));

/** How many of `whole` a share is, rounded down; a percentage above zero of at least one is at least one. */
export const resolveShare = (share: Share, whole: number): number => {
  if (typeof share === 'number') return Math.min(share, whole);
  const percent = Number.parseInt(share, 10);
  if (percent === 0 || whole === 0) return 0;
  return Math.max(1, Math.floor((whole * percent) / 100));
};

/**
 * The node online rate: of the time in which a node was known, the part in which it was Ready and not under repair.
 * Kept per cluster as node-milliseconds by day (UTC), so that its size does not depend on how many nodes there are or
 * how often they change: 31 pairs of numbers. Node-days of 100,000 nodes are 8.6e12 ms, far below 2^53.
 */
export interface OnlineTally {
  /** Everything before is in `days`; milliseconds since the epoch. */
  readonly at: number;
  /** Known at `at`. */
  readonly total: number;
  readonly online: number;
  /** Since when the cluster is looked at without a gap. Nothing before is ever corrected. */
  readonly seenFrom: number;
  /** The cluster cannot be reached: it says nothing about its nodes, so the time counts neither way. */
  readonly unseen: boolean;
  readonly days: readonly OnlineDay[];
}

/** Node-milliseconds of one day. */
export interface OnlineDay {
  /** Days since the epoch. */
  readonly day: number;
  readonly known: number;
  readonly online: number;
}

export const DAY_MS = 86_400_000;
/** The rate is over so many whole days and today. */
export const ONLINE_WINDOW_DAYS = 30;

export const emptyTally = (at: number): OnlineTally => ({
  at,
  total: 0,
  online: 0,
  seenFrom: at,
  unseen: false,
  days: [],
});

export interface TallyChange {
  readonly at: number;
  readonly total: -1 | 0 | 1;
  readonly online: -1 | 0 | 1;
}

/**
 * A node came, went, or changed at a time. News is always late (a kubelet's own time is before we hear of it), so what
 * was counted since is put right; exactly, because node-time is additive.
 */
export const changeTally = (tally: OnlineTally, { at, total, online }: TallyChange): OnlineTally => {
  const now = tallyUntil(tally, at);
  const from = Math.max(at, now.seenFrom);
  const late = now.unseen || from >= now.at ? [] : [{ from, to: now.at, known: total, online }];
  return {
    ...now,
    total: now.total + total,
    online: now.online + online,
    days: late.reduce(addSpan, now.days),
  };
};

/** Counts on to a time; an earlier one changes nothing. */
export const tallyUntil = (tally: OnlineTally, at: number): OnlineTally => {
  if (at <= tally.at) return tally;
  if (tally.unseen) return { ...tally, at };
  const span = { from: tally.at, to: at, known: tally.total, online: tally.online };
  const oldest = Math.floor(at / DAY_MS) - ONLINE_WINDOW_DAYS;
  return { ...tally, at, days: addSpan(tally.days, span).filter(({ day }) => day >= oldest) };
};

/** The cluster cannot be reached from now on, or can again. */
export const tallySight = (tally: OnlineTally, at: number, unseen: boolean): OnlineTally => {
  if (tally.unseen === unseen) return tally;
  const now = tallyUntil(tally, at);
  return { ...now, unseen, ...(unseen ? {} : { seenFrom: now.at }) };
};

/** Of all tallies together, weighted by node-time; undefined where no node was ever known. */
export const onlineRate = (tallies: readonly OnlineTally[], now: number): number | undefined => {
  let known = 0;
  let online = 0;
  const oldest = Math.floor(now / DAY_MS) - ONLINE_WINDOW_DAYS;
  for (const tally of tallies) {
    for (const day of tallyUntil(tally, now).days) {
      if (day.day < oldest) continue;
      known += day.known;
      online += day.online;
    }
  }
  return known > 0 ? online / known : undefined;
};

interface Span {
  readonly from: number;
  readonly to: number;
  readonly known: number;
  readonly online: number;
}

/** Adds nodes × time to each day that the span touches. Days are in order. */
const addSpan = (days: readonly OnlineDay[], { from, to, known, online }: Span): readonly OnlineDay[] => {
  if (to <= from || (known === 0 && online === 0)) return days;
  const sums = new Map(days.map((day) => [day.day, day]));
  const lastDay = Math.floor((to - 1) / DAY_MS);
  for (let day = Math.floor(from / DAY_MS); day <= lastDay; day += 1) {
    const ms = Math.min(to, (day + 1) * DAY_MS) - Math.max(from, day * DAY_MS);
    const sum = sums.get(day) ?? { day, known: 0, online: 0 };
    sums.set(day, { day, known: sum.known + known * ms, online: sum.online + online * ms });
  }
  return [...sums.values()].sort((a, b) => a.day - b.day);
};

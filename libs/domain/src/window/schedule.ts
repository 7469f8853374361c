import { CronExpressionParser } from 'cron-parser';

/**
 * What cron-parser answers close behind a change of the clock depends on where it was started: begun within the hour
 * that comes twice, it gives a start of 02:30 once more. Begun before the change it is right: a start that the clock
 * skips is moved, one that comes twice counts once, an hourly one counts in both hours. The largest change of a clock
 * still in use is two hours (Troll).
 */
const RUN_UP_MS = 3 * 3_600_000;

/**
 * The first start after a time, milliseconds since the epoch; undefined when none comes any more.
 * The library comes with BullMQ. Its `prev` is not asked, as it disagrees with `next` at every change of the clock;
 * croner, the other kept one, loses the hourly starts of the hour that comes twice.
 */
export const nextStart = (schedule: string, timezone: string, after: number): number | undefined => {
  try {
    const starts = CronExpressionParser.parse(schedule, {
      tz: timezone,
      currentDate: new Date(after - RUN_UP_MS),
    });
    for (;;) {
      const start = starts.next().getTime();
      if (start > after) return start;
    }
  } catch {
    // A schedule is checked before it is kept; one that runs out of starts throws here and is closed from then on.
    return undefined;
  }
};

/** Five fields without the library's `H`, which would take a random number. */
const FIVE_FIELDS = /^[\d*/,\-?LA-GI-Za-gi-z#]+(?: +[\d*/,\-?LA-GI-Za-gi-z#]+){4}$/;

export const scheduleProblem = (schedule: string): string | undefined => {
  if (!FIVE_FIELDS.test(schedule)) return 'must be a cron expression of five fields such as "0 22 * * 1-5"';
  try {
    CronExpressionParser.parse(schedule, { tz: 'UTC', currentDate: new Date(0) }).next();
    return undefined;
  } catch (error) {
    return `is no cron expression: ${error instanceof Error ? error.message : String(error)}`;
  }
};

/** Names of the IANA time zone database; offsets are refused, as no clock in the world keeps one all year by rule. */
export const timezoneProblem = (timezone: string): string | undefined => {
  const message = 'must be the name of a time zone such as Europe/Berlin or UTC';
  if (!/^[A-Za-z]/.test(timezone)) return message;
  try {
    new Intl.DateTimeFormat('en', { timeZone: timezone });
    return undefined;
  } catch {
    return message;
  }
};

/** As many starts as are looked at: a year of days, and eight years of leap days. */
const LOOKED_AT = 366;
/** In UTC and from a fixed day, so that the answer is the same whenever it is asked. */
const FROM = Date.UTC(2024, 0, 1);
const TO = Date.UTC(2032, 11, 31);

/** Milliseconds of the shortest time between two starts; Infinity where there is hardly ever one. */
export const shortestPeriod = (schedule: string): number => {
  const starts = CronExpressionParser.parse(schedule, { tz: 'UTC', currentDate: new Date(FROM) });
  let shortest = Infinity;
  let before = starts.next().getTime();
  for (let count = 1; count < LOOKED_AT && before < TO; count += 1) {
    const start = starts.next().getTime();
    shortest = Math.min(shortest, start - before);
    before = start;
  }
  return shortest;
};

import { isObject } from '../json';

/**
 * What goes wrong with a cluster's API server, as plain JSON; an empty plan is a server that is well.
 * Shares are of requests, from 0 to 1, and drawn for each request from the cluster's seed: the same requests in
 * the same order meet the same faults.
 */
export interface FaultPlan {
  /** Starts the draws anew from here. */
  readonly seed?: string;
  /** Connections are reset, open ones as well. */
  readonly unreachable?: boolean;
  /** Connections come about and nothing is ever answered on them; open watches fall silent. */
  readonly stalled?: boolean;
  /** With `stalled`: its connections stay silent when it is over, as when a router forgot them; else they are reset. */
  readonly forgets?: boolean;
  /**
   * How long an answer takes, in milliseconds: always the same, or drawn so that half of the answers lie below the
   * geometric mean of both ends. The work is done somewhere in that time.
   */
  readonly latencyMs?: number | { readonly min: number; readonly max: number };
  /** Headers come late, and then the body, watches included, in pieces: one of `bytes` every `everyMs`. */
  readonly dribble?: { readonly bytes: number; readonly everyMs: number };
  /** Share that is reset before the server has looked at it: nothing is done. */
  readonly loseRequests?: number;
  /** Share that is reset when the work is done: the write stands and nobody is told. */
  readonly loseAnswers?: number;
  /** Share of bodies, watches included, that are cut at a byte below `withinBytes`, whatever that byte is part of. */
  readonly cut?: { readonly share: number; readonly withinBytes: number };
  /**
   * A refusal with this status: of the next `count` requests, or of a share of all. 409 is given to writes alone;
   * 429 and 503 say `retryAfterSeconds` (1 unless told).
   */
  readonly refuse?: {
    readonly status: number;
    readonly share?: number;
    readonly count?: number;
    readonly retryAfterSeconds?: number;
  };
  /** Share of resumed watches and of further pages of lists that get 410. */
  readonly expire?: number;
}

type Check = (value: unknown) => string | undefined;

const number =
  (least: number, most = Infinity): Check =>
  (value) =>
    typeof value === 'number' && value >= least && value <= most
      ? undefined
      : `must be a number from ${least} to ${most}`;
const share = number(0, 1);
const flag: Check = (value) => (typeof value === 'boolean' ? undefined : 'must be true or false');
const text: Check = (value) => (typeof value === 'string' ? undefined : 'must be a text');

type Shape = { readonly [field: string]: Check | { readonly of: Shape; readonly needs: readonly string[] } };

const RANGE = { of: { min: number(0), max: number(0) }, needs: ['min', 'max'] };
const SHAPE: Shape = {
  seed: text,
  unreachable: flag,
  stalled: flag,
  forgets: flag,
  dribble: { of: { bytes: number(1), everyMs: number(0) }, needs: ['bytes', 'everyMs'] },
  loseRequests: share,
  loseAnswers: share,
  cut: { of: { share, withinBytes: number(1) }, needs: ['share', 'withinBytes'] },
  refuse: {
    of: { status: number(400, 599), share, count: number(0), retryAfterSeconds: number(0) },
    needs: ['status'],
  },
  expire: share,
};

/** @throws Error with the path of what is wrong; unknown fields are wrong */
export function parseFaultPlan(value: unknown): FaultPlan {
  const latency = isObject(value) && isObject(value.latencyMs) ? RANGE : number(0);
  checkShape(value, { ...SHAPE, latencyMs: latency }, [], '');
  return value as FaultPlan;
}

function checkShape(value: unknown, shape: Shape, needs: readonly string[], path: string): void {
  if (!isObject(value)) throw new Error(`${path || 'a fault plan'} must be an object`);
  const missing = needs.find((field) => value[field] === undefined);
  if (missing !== undefined) throw new Error(`${path}.${missing} is missing`);
  for (const [field, given] of Object.entries(value)) {
    const at = path ? `${path}.${field}` : field;
    const part = shape[field];
    if (part === undefined)
      throw new Error(`${at} is not a fault; there are ${Object.keys(shape).join(', ')}`);
    if (typeof part !== 'function') checkShape(given, part.of, part.needs, at);
    else {
      const problem = part(given);
      if (problem !== undefined) throw new Error(`${at} ${problem}`);
    }
  }
}

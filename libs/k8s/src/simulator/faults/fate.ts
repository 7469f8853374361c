import { type FaultPlan } from './fault-plan';

/** What a request is, as far as faults care. */
export interface RequestKind {
  /** It could change something. */
  readonly isWrite: boolean;
  /** A watch from a resourceVersion, or a further page of a list: there is a past that may be lost. */
  readonly resumes: 'watch' | 'page' | undefined;
}

/** What happens to one request. */
export interface Fate {
  /** Milliseconds before the work and between the work and its answer. */
  readonly waitMs: readonly [number, number];
  readonly lost: 'request' | 'answer' | undefined;
  readonly refusal: { readonly status: number; readonly retryAfterSeconds: number } | undefined;
  readonly expired: boolean;
  /** So many bytes of the body are sent, and no more. */
  readonly cutAfter: number;
  readonly dribble: FaultPlan['dribble'];
}

export const GOOD_FATE: Fate = {
  waitMs: [0, 0],
  lost: undefined,
  refusal: undefined,
  expired: false,
  cutAfter: Infinity,
  dribble: undefined,
};

/**
 * Always so many draws, whatever the plan says: a plan that changes one fault leaves the others where they were.
 * @param draw a number in [0, 1)
 */
export function drawFate(plan: FaultPlan, kind: RequestKind, draw: () => number): Fate {
  const [latency, done, lost, refused, expired, cut, place] = [
    draw(),
    draw(),
    draw(),
    draw(),
    draw(),
    draw(),
    draw(),
  ];
  const waitMs = latencyOf(plan.latencyMs ?? 0, latency);
  const { loseRequests = 0, loseAnswers = 0, refuse } = plan;
  const isRefused = refuse !== undefined && refused < (refuse.share ?? 0);
  return {
    waitMs: [waitMs * done, waitMs * (1 - done)],
    lost: lost < loseRequests ? 'request' : lost < loseRequests + loseAnswers ? 'answer' : undefined,
    refusal: isRefused ? refusalOf(refuse, kind) : undefined,
    expired: kind.resumes !== undefined && expired < (plan.expire ?? 0),
    cutAfter: plan.cut && cut < plan.cut.share ? Math.floor(place * plan.cut.withinBytes) : Infinity,
    dribble: plan.dribble,
  };
}

export const refusalOf = (
  { status, retryAfterSeconds = 1 }: NonNullable<FaultPlan['refuse']>,
  { isWrite }: RequestKind,
): Fate['refusal'] => (status === 409 && !isWrite ? undefined : { status, retryAfterSeconds });

const latencyOf = (latency: NonNullable<FaultPlan['latencyMs']>, drawn: number): number => {
  if (typeof latency === 'number') return latency;
  const [least, most] = [Math.max(latency.min, 1), Math.max(latency.max, latency.min, 1)];
  return least * (most / least) ** drawn;
};

import { Inject, Injectable } from '@nestjs/common';
import type { EventStore } from '@keelson/event-store';
import { FLEET, STORE } from '../options';
import { logLags } from './lag.queries';

/** Beyond these, answers are too old to be of use; an idle or busy system stays well below. */
const MAX_SEALER_SECONDS = 10;
const MAX_PROJECTION_EVENTS = 10_000;
const DATABASE_MS = 2_000;

export interface Check {
  readonly ok: boolean;
  readonly detail: string;
}

export interface Readiness {
  readonly status: 'ready' | 'not-ready';
  readonly checks: { readonly database: Check; readonly sealer: Check; readonly projection: Check };
}

/** Whether a load balancer should send requests here. */
@Injectable()
export class ReadinessProbe {
  constructor(@Inject(STORE) private readonly store: EventStore) {}

  async look(): Promise<Readiness> {
    const checks = await within(DATABASE_MS, this.checks()).catch(unreachable);
    const ready = Object.values(checks).every(({ ok }) => ok);
    return { status: ready ? 'ready' : 'not-ready', checks };
  }

  private async checks(): Promise<Readiness['checks']> {
    const [lag, { head, projections }] = await Promise.all([
      this.store.sealerLag(),
      logLags(this.store.pool),
    ]);
    const fleet = projections.find(({ name }) => name === FLEET);
    const behind = head - (fleet?.position ?? 0);
    return {
      database: { ok: true, detail: 'reachable' },
      sealer: {
        ok: lag.seconds <= MAX_SEALER_SECONDS,
        detail:
          lag.events === 0
            ? 'nothing waits'
            : `${lag.events} events wait, the oldest for ${lag.seconds.toFixed(1)} s`,
      },
      projection: {
        ok: fleet !== undefined && behind <= MAX_PROJECTION_EVENTS,
        detail: fleet ? `${behind} events behind` : 'no worker has built the read model yet',
      },
    };
  }
}

/** Says no more than this, as anybody may ask; the log says why. */
const unreachable = (): Readiness['checks'] => {
  const unknown = { ok: false, detail: 'not known' };
  return { database: { ok: false, detail: 'cannot be reached' }, sealer: unknown, projection: unknown };
};

const within = async <T>(milliseconds: number, work: Promise<T>): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, fail) => {
    timer = setTimeout(() => fail(new Error(`no answer within ${milliseconds / 1000} s`)), milliseconds);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
};

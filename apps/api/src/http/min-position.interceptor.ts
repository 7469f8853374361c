import {
  Inject,
  Injectable,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { DeadlineError, type EventStore } from '@keelson/event-store';
import type { FastifyRequest } from 'fastify';
import type { Observable } from 'rxjs';
import { FLEET, STORE } from '../options';
import { invalid, Problem } from './problem';

const WAIT_MS = 10_000;

/** `Keelson-Min-Position: N` on a GET: answers once the read model has reached N, so that clients read their own writes. */
@Injectable()
export class MinPositionInterceptor implements NestInterceptor {
  constructor(@Inject(STORE) private readonly store: EventStore) {}

  async intercept(host: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const header = request.headers['keelson-min-position'];
    if (request.method === 'GET' && header !== undefined && !request.routeOptions.config.operation?.open) {
      await this.reach(parsePosition(header));
    }
    return next.handle();
  }

  private async reach(position: number): Promise<void> {
    try {
      await this.store.waitForProjection(FLEET, position, WAIT_MS);
    } catch (error) {
      if (!(error instanceof DeadlineError)) throw error;
      const detail = `the read model did not reach position ${position} within ${WAIT_MS / 1000} s`;
      throw new Problem(504, 'position-not-reached', detail, [], { 'retry-after': '1' }, { cause: error });
    }
  }
}

const parsePosition = (header: string | string[]): number => {
  const position = typeof header === 'string' && /^\d{1,15}$/.test(header) ? Number(header) : undefined;
  if (position === undefined) {
    throw invalid([{ path: 'Keelson-Min-Position', message: 'must be a position: a whole number' }]);
  }
  return position;
};

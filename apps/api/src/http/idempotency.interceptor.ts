import {
  Inject,
  Injectable,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import type { EventStore, IdempotencyKey, StoredAnswer } from '@keelson/event-store';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { of, type Observable } from 'rxjs';
import { STORE } from '../options';
import { idempotencyKey } from './command-context';
import { invalid, type Problem } from './problem';

/**
 * Answers a repeated POST with what its first success was answered. Runs before anything is validated: what was right
 * then may be wrong by now (the application is gone), and the client still asks about what it did then.
 * Refusals are not kept, as they changed nothing. Two at the same moment are told apart by the command executor.
 */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  constructor(@Inject(STORE) private readonly store: EventStore) {}

  async intercept(host: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const http = host.switchToHttp();
    const given = idempotencyKey(http.getRequest<FastifyRequest>());
    if (!given) return next.handle();
    const stored = await this.store.findAnswer(given.scope, given.key);
    if (!stored) return next.handle();
    assertSameRequest(stored, given);
    void http.getResponse<FastifyReply>().header('idempotency-replayed', 'true');
    return of({ position: stored.position, ...(stored.answer as object) });
  }
}

const assertSameRequest = (stored: StoredAnswer, given: IdempotencyKey): void => {
  if (stored.requestHash !== given.requestHash) throw keyReused();
};

export const keyReused = (): Problem =>
  invalid(
    [{ path: 'Idempotency-Key', message: 'was used for a request with another body' }],
    'idempotency-key-reused',
  );

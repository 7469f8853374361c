import { Inject } from '@nestjs/common';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import {
  latestSignature,
  verifyLog,
  type EventStore,
  type HeadSignature,
  type VerifyResult,
} from '@keelson/event-store';
import { STORE } from '../options';
import { cutPage, type ListOf } from '../schemas/common';
import { eventView, type EventView } from './event.schema';
import type { EventFilter } from './log-filter';

export class ListAudit extends Query<ListOf<EventView>> {
  constructor(
    readonly filter: EventFilter,
    readonly limit: number,
  ) {
    super();
  }
}

export class ExportAudit extends Query<AsyncIterable<string>> {
  constructor(
    readonly filter: EventFilter,
    readonly limit: number | undefined,
  ) {
    super();
  }
}

export class VerifyAudit extends Query<VerifyResult & { signature: HeadSignature | null }> {
  constructor(readonly range: { readonly from?: number | undefined; readonly to?: number | undefined }) {
    super();
  }
}

@QueryHandler(ListAudit)
export class ListAuditHandler implements IQueryHandler<ListAudit> {
  constructor(@Inject(STORE) private readonly store: EventStore) {}

  async execute({ filter, limit }: ListAudit) {
    const events = await this.store.log.read({ ...filter, limit: limit + 1 });
    return cutPage(events, limit, eventView, ({ position }) => String(position));
  }
}

const PAGE = 100;

/** Reads as fast as it is taken from, a page at a time, and ends at what was the head when it began. */
@QueryHandler(ExportAudit)
export class ExportAuditHandler implements IQueryHandler<ExportAudit> {
  constructor(@Inject(STORE) private readonly store: EventStore) {}

  async execute({ filter, limit = Infinity }: ExportAudit) {
    const { position: upTo } = await this.store.log.head();
    return this.lines(filter, upTo, limit);
  }

  private async *lines(filter: EventFilter, upTo: number, limit: number): AsyncGenerator<string> {
    let after = filter.after ?? 0;
    for (let left = limit; left > 0;) {
      const events = await this.store.log.read({ ...filter, after, upTo, limit: Math.min(left, PAGE) });
      const last = events.at(-1);
      if (!last) return;
      for (const event of events) yield `${JSON.stringify(eventView(event))}\n`;
      after = last.position;
      left -= events.length;
    }
  }
}

@QueryHandler(VerifyAudit)
export class VerifyAuditHandler implements IQueryHandler<VerifyAudit> {
  constructor(@Inject(STORE) private readonly store: EventStore) {}

  async execute({ range: { from, to } }: VerifyAudit) {
    const { pool } = this.store;
    const range = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
    const [result, signature] = await Promise.all([verifyLog(pool, range), latestSignature(pool)]);
    return { ...result, signature: signature ?? null };
  }
}

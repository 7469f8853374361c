import { Inject } from '@nestjs/common';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { targetStream, type DriftChange, type ObjectRef, type TargetEvent } from '@keelson/domain';
import type { EventStore, RecordedEvent } from '@keelson/event-store';
import { notFound } from '../http/problem';
import { STORE } from '../options';
import { cutPage, type ListOf } from '../schemas/common';
import { formatCursor, type DriftCursor, type DriftView } from './drift.operations';
import { endsOf, targetIsKnown, type EndRow } from './drift.queries';

export class ListDrift extends Query<ListOf<DriftView>> {
  constructor(
    readonly application: string,
    readonly cluster: string,
    readonly page: { readonly limit: number; readonly after?: DriftCursor | undefined },
  ) {
    super();
  }
}

type Detected = RecordedEvent & Extract<TargetEvent, { type: 'DriftDetected' }>;

/** One change of a detection. */
interface Row {
  readonly event: Detected;
  readonly object: ObjectRef;
  readonly change: DriftChange;
  readonly index: number;
}

/** Straight from the log: what is asked rarely and kept for ever needs no table of its own. */
@QueryHandler(ListDrift)
export class ListDriftHandler implements IQueryHandler<ListDrift> {
  constructor(@Inject(STORE) private readonly store: EventStore) {}

  async execute({ application, cluster, page: { limit, after } }: ListDrift) {
    const rows = await this.rows(targetStream(application, cluster), limit, after);
    if (rows.length === 0 && !(await targetIsKnown(this.store.pool, application, cluster)))
      throw notFound('target-not-found', `${application} has no target in cluster ${cluster}`);
    const versions = [...new Set(rows.map(({ event }) => event.version))];
    const ends = new Map(
      (await endsOf(this.store.pool, application, cluster, versions)).map((end) => [end.detected, end]),
    );
    return cutPage(
      rows,
      limit,
      (row) => driftView(row, ends.get(row.event.version)),
      ({ event, index }) => formatCursor({ position: event.position, index }),
    );
  }

  /** At least one more than the limit, if there are so many: every detection has a change. */
  private async rows(stream: string, limit: number, after?: DriftCursor): Promise<Row[]> {
    const from = { stream, type: 'DriftDetected', after: after ? after.position - 1 : 0, limit: limit + 2 };
    const events = (await this.store.log.read(from)) as Detected[];
    return events
      .flatMap((event) =>
        event.data.changes.map((change, index) => ({ event, object: event.data.object, change, index })),
      )
      .filter(({ event, index }) => event.position !== after?.position || index > after.index);
  }
}

const ENDS = { DriftDetected: 'Changed', ObjectsPruned: 'Pruned' } as const;

const driftView = ({ event, object, change }: Row, end: EndRow | undefined): DriftView => ({
  object,
  path: change.path,
  from: change.from,
  to: change.to,
  manager: change.manager ?? null,
  at: change.at ?? event.data.at ?? event.recordedAt,
  detected: { position: event.position, at: event.recordedAt },
  corrected: end
    ? {
        position: Number(end.pos),
        at: end.at,
        how: end.type === 'DriftCorrected' ? end.how : ENDS[end.type],
      }
    : null,
});

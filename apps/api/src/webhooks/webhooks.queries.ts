import type { Webhook } from '@keelson/domain';
import type { Pool } from 'pg';
import type { Page } from '../schemas/common';
import type { DeliveryView, WebhookView } from './webhooks.operations';

export interface WebhookRow {
  readonly name: string;
  readonly position: string;
  readonly record: Webhook & { readonly createdAt: string; readonly updatedAt: string };
  readonly up_to: string | null;
  readonly pending: number;
  readonly failed: number;
  readonly newest: { readonly history: readonly Attempt[]; readonly phase: string } | null;
}

type Attempt = DeliveryView['attempts'][number];

const SELECT = `
  select w.name, w.position, w.record, c.pos as up_to,
    (select count(*)::int from callback_deliveries d
       where d.subscriber = 'webhook/' || w.name and d.phase = 'Pending') as pending,
    (select count(*)::int from callback_deliveries d
       where d.subscriber = 'webhook/' || w.name and d.phase = 'Failed') as failed,
    (select jsonb_build_object('history', d.history, 'phase', d.phase) from callback_deliveries d
       where d.subscriber = 'webhook/' || w.name and d.attempts > 0
       order by d.history -> -1 ->> 'at' desc limit 1) as newest
  from read.webhooks w left join callback_cursors c on c.subscriber = 'webhook/' || w.name
  where not w.deleted`;

/** By name; one row more than the page has. */
export const webhookPage = async (pool: Pool, { limit, after }: Page): Promise<WebhookRow[]> => {
  const { rows } = await pool.query<WebhookRow>({
    name: 'webhook-page',
    text: `${SELECT} and w.name > $1 order by w.name limit $2`,
    values: [after ?? '', limit + 1],
  });
  return rows;
};

export const webhookByName = async (pool: Pool, name: string): Promise<WebhookRow | undefined> => {
  const { rows } = await pool.query<WebhookRow>({
    name: 'webhook-by-name',
    text: `${SELECT} and w.name = $1`,
    values: [name],
  });
  return rows[0];
};

export const webhookView = ({
  name,
  position,
  record,
  up_to,
  pending,
  failed,
  newest,
}: WebhookRow): WebhookView => {
  const { url, secret, types, applications, fromPosition, createdAt, updatedAt } = record;
  return {
    name,
    url,
    signed: secret !== undefined,
    ...(types ? { types } : {}),
    ...(applications ? { applications } : {}),
    ...(fromPosition === undefined ? {} : { fromPosition }),
    deliveries: { upTo: up_to === null ? null : Number(up_to), pending, failed },
    lastError: newest && newest.phase !== 'Delivered' ? errorOf(newest.history.at(-1)) : null,
    createdAt,
    updatedAt,
    position: Number(position),
  };
};

const errorOf = (attempt: Attempt | undefined): WebhookView['lastError'] => {
  if (!attempt) return null;
  const { at, status, response, error } = attempt;
  const answered = `answered ${status}${response === undefined ? '' : `: ${response}`}`;
  return { at, message: error ?? answered };
};

interface DeliveryRow {
  readonly id: string;
  readonly pos: string;
  readonly event_id: string;
  readonly type: string;
  readonly message: string;
  readonly phase: DeliveryView['phase'];
  readonly attempts: number;
  readonly history: readonly Attempt[];
  readonly due_at: Date;
  readonly created_at: Date;
}

export interface DeliveryPage {
  readonly limit: number;
  readonly after?: number | undefined;
  readonly phase?: string | undefined;
}

/** Newest first; one row more than the page has. */
export const deliveryPage = async (
  pool: Pool,
  subscriber: string,
  { limit, after, phase }: DeliveryPage,
): Promise<DeliveryRow[]> => {
  const { rows } = await pool.query<DeliveryRow>({
    name: 'delivery-page',
    text: `
      select id, pos, event_id, type, message, phase, attempts, history, due_at, created_at from callback_deliveries
      where subscriber = $1 and ($2::bigint is null or id < $2) and ($3::text is null or phase = $3)
      order by id desc limit $4`,
    values: [subscriber, after, phase, limit + 1],
  });
  return rows;
};

export const hasDelivery = async (pool: Pool, subscriber: string, id: number): Promise<boolean> => {
  const { rowCount } = await pool.query({
    name: 'has-delivery',
    text: 'select from callback_deliveries where subscriber = $1 and id = $2',
    values: [subscriber, id],
  });
  return rowCount === 1;
};

export const deliveryView = (row: DeliveryRow): DeliveryView => ({
  id: Number(row.id),
  phase: row.phase,
  event: { position: Number(row.pos), id: row.event_id, type: row.type },
  type: row.message,
  attemptCount: row.attempts,
  attempts: row.history,
  nextAttemptAt: row.phase === 'Pending' ? row.due_at.toISOString() : null,
  createdAt: row.created_at.toISOString(),
});

/** Of webhooks by their name, of runs together. */
export const openDeliveries = async (
  pool: Pool,
): Promise<{ readonly to: string; readonly phase: string; readonly count: number }[]> => {
  const { rows } = await pool.query<{ to: string; phase: string; count: number }>({
    name: 'open-deliveries',
    text: `select case when subscriber like 'run/%' then 'runs' else subscriber end as to, phase, count(*)::int as count
           from callback_deliveries where phase <> 'Delivered' group by 1, 2`,
  });
  return rows;
};

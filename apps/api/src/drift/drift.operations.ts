import { z } from 'zod';
import { operation } from '../http/operation';
import { dnsLabel, limitQuery, listSchema, position, time, type View } from '../schemas/common';
import { objectRef } from '../schemas/object-ref';

const moment = z.strictObject({ position, at: time });

const driftItem = z
  .strictObject({
    object: objectRef,
    path: z.string().meta({ description: 'JSON Pointer into the object; empty when the object was deleted' }),
    from: z.unknown().optional().meta({ description: 'As planned; values of Secrets are masked' }),
    to: z.unknown().optional().meta({ description: 'As it was found' }),
    manager: z.string().nullable().meta({ description: 'Field manager that made the change' }),
    at: z.string().meta({ description: 'When it made it; else when the change was recorded' }),
    detected: moment,
    corrected: moment
      .extend({
        how: z.enum(['Applied', 'Undone', 'Ignored', 'Changed', 'Pruned']).nullable().meta({
          description:
            'Applied: Keelson put it right. Undone: others did. Ignored: the policy stopped looking. Changed: it was found anew, with other values. Pruned: the object had to go. null: an older log does not say',
        }),
      })
      .nullable()
      .meta({ description: 'null while it is open' }),
  })
  .meta({ id: 'Drift' });

export type DriftView = View<typeof driftItem>;

/** Where a page of differences begins: behind the change of that number (from 0) of the event at that position. */
export interface DriftCursor {
  readonly position: number;
  readonly index: number;
}

const CURSOR = /^(\d{1,15})(?:\.(\d{1,6}))?$/;

/** A position alone means everything of it: whoever has it from the audit trail has seen the whole event. */
const cursor = z
  .string()
  .regex(CURSOR, 'must be a position, or the `next` of the page before')
  .transform((text): DriftCursor => {
    const [, at = '', index] = CURSOR.exec(text) ?? [];
    return { position: Number(at), index: index === undefined ? Infinity : Number(index) };
  })
  .meta({ override: { type: 'string', pattern: CURSOR.source } });

export const formatCursor = ({ position: at, index }: DriftCursor): string => `${at}.${index}`;

export const listDrift = operation({
  id: 'listDrift',
  tag: 'Targets',
  summary: 'Every drift that one target ever had, oldest first, one item a field',
  method: 'GET',
  path: '/v1/applications/{name}/targets/{cluster}/drift',
  params: z.strictObject({ name: dnsLabel, cluster: dnsLabel }),
  query: z.strictObject({ limit: limitQuery, after: cursor.optional() }),
  answer: listSchema(driftItem),
});

export const driftOperations = [listDrift];

import { z } from 'zod';
import { eventSchema } from '../audit/event.schema';
import { operation } from '../http/operation';
import {
  dnsLabel,
  limitQuery,
  listSchema,
  page,
  position,
  positionQuery,
  time,
  type View,
} from '../schemas/common';

const tag = 'Runs';
const PHASES = [
  'Pending',
  'Progressing',
  'Paused',
  'AwaitingApproval',
  'Baking',
  'Verifying',
  'RollingBack',
  'Succeeded',
  'Failed',
  'Aborted',
  'RolledBack',
  'Superseded',
] as const;

const params = z.strictObject({ id: z.string().min(1).max(128) });

const batch = z
  .strictObject({ index: z.int(), of: z.int(), updated: z.int(), ready: z.int(), desired: z.int() })
  .meta({
    id: 'Batch',
    description:
      'Replicas as seen last, while the cluster is this run’s; zeros before the run reached it and after another did',
  });

const run = z
  .strictObject({
    id: z.string(),
    application: z.string(),
    release: z.string(),
    version: z.string(),
    revision: z.string(),
    phase: z.enum(PHASES),
    stages: z.array(
      z.strictObject({
        name: z.string(),
        phase: z.string(),
        gates: z.array(z.unknown()),
        clusters: z.array(
          z.strictObject({ name: z.string(), phase: z.string(), batch, message: z.string().nullable() }),
        ),
      }),
    ),
    reason: z.string().optional(),
    startedAt: time,
    finishedAt: time.nullable(),
    position,
  })
  .meta({ id: 'Run' });

export type RunView = View<typeof run>;

const runEvent = eventSchema
  .extend({
    cause: z
      .strictObject({
        position: position.nullable(),
        id: z.string(),
        type: z.string(),
        stream: z.string(),
        actor: z.string(),
      })
      .nullable()
      .meta({ description: 'The event that made the run do this; null where a person or the clock did' }),
  })
  .meta({ id: 'RunEvent' });

export type RunEventView = View<typeof runEvent>;

export const listRuns = operation({
  id: 'listRuns',
  tag,
  summary: 'Runs, newest first',
  method: 'GET',
  path: '/v1/runs',
  query: z.strictObject({
    ...page,
    application: dnsLabel.optional(),
    phase: z.enum(PHASES, 'must be the phase of a run').optional(),
  }),
  answer: listSchema(run),
});

export const getRun = operation({
  id: 'getRun',
  tag,
  summary: 'One run, with every stage and cluster',
  method: 'GET',
  path: '/v1/runs/{id}',
  params,
  answer: run,
});

export const listRunEvents = operation({
  id: 'listRunEvents',
  tag,
  summary: "The run's events in order, each with its cause",
  method: 'GET',
  path: '/v1/runs/{id}/events',
  params,
  query: z.strictObject({ limit: limitQuery, after: positionQuery.optional() }),
  answer: listSchema(runEvent),
});

export const runOperations = [listRuns, getRun, listRunEvents];

import { isDnsLabel, RUN_ACTIONS, sidecarOf } from '@keelson/domain';
import { z } from 'zod';
import { eventSchema } from '../audit/event.schema';
import { operation } from '../http/operation';
import {
  accepted,
  dnsLabel,
  limitQuery,
  listSchema,
  page,
  position,
  positionQuery,
  reasonText,
  type View,
} from '../schemas/common';
import { run, RUN_PHASES } from './run.schema';

const tag = 'Runs';
const params = z.strictObject({ id: z.string().min(1).max(128) });

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

const owner = z
  .string()
  .refine(
    (name) => isDnsLabel(sidecarOf(name) ?? name),
    'must be the name of an application, or sidecar/NAME',
  )
  .meta({ description: 'An application, or `sidecar/NAME`' });

export const listRuns = operation({
  id: 'listRuns',
  tag,
  summary: 'Runs, newest first',
  method: 'GET',
  path: '/v1/runs',
  query: z.strictObject({
    ...page,
    application: owner.optional(),
    phase: z.enum(RUN_PHASES, 'must be the phase of a run').optional(),
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

const actionBody = z
  .strictObject({
    action: z.enum(RUN_ACTIONS, `must be one of ${RUN_ACTIONS.join(', ')}`),
    stage: dnsLabel.optional().meta({ description: 'Where one is meant; else the one that the run is at' }),
    cluster: dnsLabel.optional(),
    reason: reasonText.optional(),
  })
  .meta({ id: 'RunActionRequest' });

export type RunActionBody = z.output<typeof actionBody>;

export const postRunAction = operation({
  id: 'postRunAction',
  tag,
  summary: 'What a person decides about a run',
  description: 'Refused with 409 and the reason where it does not fit what the run is doing',
  method: 'POST',
  path: '/v1/runs/{id}/actions',
  params,
  body: actionBody,
  answer: accepted,
});

export const runOperations = [listRuns, getRun, listRunEvents, postRunAction];

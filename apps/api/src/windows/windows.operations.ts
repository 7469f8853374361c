import { z } from 'zod';
import { operation } from '../http/operation';
import {
  accepted,
  dnsLabel,
  duration,
  listSchema,
  page,
  position,
  reasonQuery,
  reasonText,
  time,
  type View,
} from '../schemas/common';
import { selector } from '../schemas/selector';

const tag = 'Windows';
const params = z.strictObject({ name: dnsLabel });

const definition = {
  kind: z.enum(['Allow', 'Deny'], 'must be Allow or Deny'),
  schedule: z
    .string()
    .trim()
    .max(256, 'must be no longer than 256 characters')
    .meta({ description: 'When it starts: cron in five fields', example: '0 22 * * 1-5' }),
  duration: duration.meta({
    description:
      'How long it is open each time, at most until its next start. Elapsed time: where the clock changes in it, its end on the clock moves',
    example: '8h',
  }),
  timezone: z
    .string()
    .max(64, 'must be no longer than 64 characters')
    .meta({ description: 'Name in the IANA time zone database', example: 'Europe/Berlin' }),
  applicationSelector: selector
    .optional()
    .meta({ description: 'By labels of the application; every application when left out' }),
  clusterSelector: selector
    .optional()
    .meta({ description: 'By labels of the cluster; every cluster when left out' }),
};

const windowBody = z.strictObject({ ...definition, reason: reasonText.optional() }).meta({
  id: 'WindowDefinition',
  description:
    'A target that an Allow window selects is moved only while one of them is open; none is moved while a Deny window is',
});

export type WindowBody = z.output<typeof windowBody>;

const windowAnswer = z
  .strictObject({
    name: z.string(),
    ...definition,
    open: z.boolean().meta({ description: 'Now' }),
    changesAt: time.nullable().meta({ description: 'When it closes or opens next; null if never' }),
    createdAt: time,
    updatedAt: time,
    position,
  })
  .meta({ id: 'Window' });

export type WindowView = View<typeof windowAnswer>;

export const putWindow = operation({
  id: 'putWindow',
  tag,
  summary: 'Define a recurring time in which targets may be moved, or may not',
  method: 'PUT',
  path: '/v1/windows/{name}',
  params,
  body: windowBody,
  answer: accepted,
});

export const listWindows = operation({
  id: 'listWindows',
  tag,
  summary: 'All windows, by name',
  method: 'GET',
  path: '/v1/windows',
  query: z.strictObject(page),
  answer: listSchema(windowAnswer),
});

export const getWindow = operation({
  id: 'getWindow',
  tag,
  summary: 'One window, and whether it is open',
  method: 'GET',
  path: '/v1/windows/{name}',
  params,
  answer: windowAnswer,
});

export const deleteWindow = operation({
  id: 'deleteWindow',
  tag,
  summary: 'Delete a window',
  method: 'DELETE',
  path: '/v1/windows/{name}',
  params,
  query: z.strictObject(reasonQuery),
  answer: accepted,
});

export const windowOperations = [putWindow, listWindows, getWindow, deleteWindow];

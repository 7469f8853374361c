import { z } from 'zod';
import { operation } from '../http/operation';
import { dnsLabel, listSchema, page, time, type View } from '../schemas/common';
import { objectRef } from '../schemas/object-ref';

const tag = 'Targets';

const target = z
  .strictObject({
    cluster: z.string(),
    phase: z.enum(['Pending', 'Progressing', 'Available', 'Degraded', 'Drifted', 'Unreachable', 'Deleting']),
    generation: z.int().meta({ description: 'Of the plan; the position of the event that made it' }),
    appliedGeneration: z.int(),
    revision: z.string().nullable(),
    version: z.string().nullable(),
    hash: z.string().nullable().meta({ description: "Of the plan's content" }),
    run: z.string().nullable().meta({ description: 'The run that moved it last' }),
    workload: z.strictObject({ desired: z.int(), updated: z.int(), ready: z.int() }),
    blueGreen: z
      .strictObject({
        service: z.string(),
        active: z.enum(['blue', 'green']).meta({ description: 'The colour that the Service is to select' }),
        blue: z
          .string()
          .nullable()
          .meta({ description: 'The release of its pods; null when there are none' }),
        green: z.string().nullable(),
        idleUntil: time
          .optional()
          .meta({ description: 'When the other colour may go; it stays while a run needs it' }),
      })
      .optional()
      .meta({ description: 'The colours of a target that is, or was last, released blue-green' }),
    owedDeletes: z.int().meta({ description: 'Objects that must be gone and are not confirmed gone' }),
    owed: z
      .array(
        z.strictObject({
          object: objectRef,
          since: time,
          reason: z.enum([
            'Pending',
            'ClusterUnreachable',
            'Finalizers',
            'Terminating',
            'InUse',
            'Refused',
            'Failed',
          ]),
          message: z.string(),
          finalizers: z.array(z.string()).optional(),
        }),
      )
      .meta({ description: 'Why each of them is still there; the first hundred' }),
    drift: z.array(
      z.strictObject({
        object: objectRef,
        path: z.string(),
        manager: z.string().nullable(),
        at: z.string(),
        nextCorrection: time.nullable().meta({
          description: 'When the policy corrects and the field flaps: not before then. null: at once',
        }),
      }),
    ),
    flapping: z
      .array(
        z.strictObject({
          object: objectRef,
          path: z.string(),
          since: time,
          count: z.int().meta({ description: 'How often it drifted since' }),
          nextCorrection: time,
          calmAt: time.meta({ description: 'Settled then, if it does not drift before' }),
        }),
      )
      .meta({ description: 'Fields that drift again and again, whether they differ now or not' }),
    message: z.string().optional().meta({ description: "What the target's health says" }),
    lastError: z.strictObject({ message: z.string(), at: time, object: objectRef.optional() }).optional(),
  })
  .meta({ id: 'Target' });

const plan = z
  .strictObject({
    cluster: z.string(),
    generation: z.int(),
    hash: z.string(),
    objects: z
      .array(z.record(z.string(), z.unknown()))
      .meta({ description: 'In the order of applying; Secrets masked' }),
  })
  .meta({ id: 'Plan' });

export type TargetView = View<typeof target>;
export type PlanView = View<typeof plan>;

export const listTargets = operation({
  id: 'listTargets',
  tag,
  summary: 'Where an application runs, and how far each cluster is',
  method: 'GET',
  path: '/v1/applications/{name}/targets',
  params: z.strictObject({ name: dnsLabel }),
  query: z.strictObject(page),
  answer: listSchema(target),
});

export const getPlan = operation({
  id: 'getPlan',
  tag,
  summary: 'The exact objects that one cluster must have',
  method: 'GET',
  path: '/v1/applications/{name}/targets/{cluster}/plan',
  params: z.strictObject({ name: dnsLabel, cluster: dnsLabel }),
  answer: plan,
});

export const targetOperations = [listTargets, getPlan];

import { z } from 'zod';
import { shownCallback } from '../schemas/callback';
import { position, time, type View } from '../schemas/common';

export const RUN_PHASES = [
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

const measurement = z
  .strictObject({
    at: time,
    outcome: z.enum(['Successful', 'Failed', 'Inconclusive', 'Error']),
    value: z.unknown().optional(),
    message: z.string().optional(),
  })
  .meta({ id: 'Measurement' });

const gate = z
  .strictObject({
    type: z.enum(['Approval', 'TimedWait', 'Verification']),
    name: z.string().optional(),
    duration: z.string().optional().meta({ description: 'Of a TimedWait' }),
    side: z.enum(['before', 'after']),
    phase: z.enum(['Pending', 'Running', 'Passed', 'Failed', 'Inconclusive']),
    startedAt: time.nullable(),
    by: z.string().nullable().meta({ description: 'Who decided, where a person did' }),
    reason: z.string().nullable(),
    message: z.string().nullable(),
    measurements: z.array(measurement),
  })
  .meta({ id: 'RunGate' });

const batch = z
  .strictObject({ index: z.int(), of: z.int(), updated: z.int(), ready: z.int(), desired: z.int() })
  .meta({
    id: 'Batch',
    description:
      'index: the batch that the cluster is at or begins with, from 1. Replicas as seen last, while the cluster is this run’s; zeros before the run reached it and after another did',
  });

const blockerKind = z.enum(['Hold', 'Window', 'Dependency', 'Run']);

const blocker = z
  .strictObject({
    kind: blockerKind,
    id: z.string().meta({
      description: 'Of the hold or run, or the name of the window or of the application that is depended on',
    }),
    message: z.string(),
  })
  .meta({ id: 'Blocker', description: 'What keeps clusters from being started, or from their next batch' });

export const run = z
  .strictObject({
    id: z.string(),
    application: z.string(),
    release: z.string(),
    version: z.string(),
    revision: z.string(),
    rollback: z.boolean().meta({ description: 'It goes back to an earlier release' }),
    phase: z.enum(RUN_PHASES),
    stages: z.array(
      z.strictObject({
        name: z.string(),
        phase: z.string(),
        gates: z.array(gate),
        clusters: z.array(
          z.strictObject({ name: z.string(), phase: z.string(), batch, message: z.string().nullable() }),
        ),
      }),
    ),
    waiting: z.array(blocker).meta({ description: 'What the run waits for; empty when for nothing' }),
    override: z
      .strictObject({
        by: z.string(),
        reason: z.string(),
        kinds: z.array(blockerKind).optional().meta({ description: 'Only of these kinds; else of all' }),
      })
      .nullable()
      .meta({ description: 'Who let the run pass holds, windows and dependencies' }),
    callback: shownCallback.optional().meta({ description: 'Who is told of its course' }),
    reason: z.string().optional(),
    startedAt: time,
    finishedAt: time.nullable(),
    position,
  })
  .meta({ id: 'Run' });

export type RunView = View<typeof run>;

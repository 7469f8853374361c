import type { TargetPhase } from '@keelson/domain';
import { z } from 'zod';
import { operation } from '../http/operation';
import {
  accepted,
  dnsLabel,
  listSchema,
  page,
  position,
  reasonQuery,
  reasonText,
  time,
  version,
  type View,
} from '../schemas/common';
import { images } from '../schemas/manifests';
import { placement } from '../schemas/placement';
import { selector } from '../schemas/selector';
import { strategy } from '../schemas/strategy';

const tag = 'Sidecars';
const params = z.strictObject({ name: dnsLabel });

/** Looked into by the domain; what else is in them is the API server's to judge. */
const objects = (what: string) =>
  z
    .array(z.unknown(), `must be a list of ${what}`)
    .max(100, `at most 100 ${what}`)
    .meta({ override: { type: 'array', items: { type: 'object', required: ['name'] } } });

const definitionBody = z
  .strictObject({
    containers: objects('containers').meta({ description: 'As in a pod; each has a name and an image' }),
    volumes: objects('volumes').default([]),
    applicationSelector: selector.meta({
      description: 'By labels of the application; the empty one takes every application',
    }),
    placement,
    strategy: strategy
      .optional()
      .meta({ description: 'Of its own releases; in place wherever that is possible when left out' }),
    reason: reasonText.optional(),
  })
  .meta({
    id: 'SidecarDefinition',
    description:
      'Containers that are added to the pods of every Deployment, StatefulSet, DaemonSet, ReplicaSet and CloneSet of the applications that are selected; not to Jobs, which a container that goes on would keep from ending',
  });

export type SidecarBody = z.output<typeof definitionBody>;

const release = z.strictObject({ id: z.string(), version: z.string(), revision: z.string() });

const sidecar = z
  .strictObject({
    name: z.string(),
    containers: z.array(z.record(z.string(), z.unknown())),
    volumes: z.array(z.record(z.string(), z.unknown())),
    applicationSelector: selector,
    placement,
    strategy,
    release: release.nullable().meta({ description: 'The release asked for last; null before the first' }),
    settledRelease: z
      .string()
      .nullable()
      .meta({ description: 'Id of the release that applications and clusters get which join now' }),
    activeRun: z.strictObject({ id: z.string(), phase: z.string() }).nullable(),
    targets: z.strictObject({
      total: z.int(),
      released: z.int().meta({ description: 'Of these, the ones whose plan has the release asked for last' }),
    }),
    createdAt: time,
    updatedAt: time,
    position,
  })
  .meta({ id: 'Sidecar' });

export type SidecarView = View<typeof sidecar>;

const releaseBody = z
  .strictObject({
    version,
    images: images.default({}),
    containers: objects('containers').optional(),
    volumes: objects('volumes').optional(),
    strategy: strategy.optional().meta({ description: "For this run only; the sidecar's own when left out" }),
    reason: reasonText.optional(),
  })
  .meta({
    id: 'SidecarReleaseRequest',
    description:
      "Images are put into these containers or, without any, into those of the sidecar's definition; volumes likewise",
  });

export type SidecarReleaseBody = z.output<typeof releaseBody>;

const PHASES = [
  'Pending',
  'Progressing',
  'Available',
  'Degraded',
  'Drifted',
  'Unreachable',
  'Deleting',
] as const satisfies readonly TargetPhase[];

const target = z
  .strictObject({
    application: z.string(),
    cluster: z.string(),
    phase: z
      .enum(PHASES)
      .meta({ description: "Of the application's target, all of its containers together" }),
    release: z.string().nullable().meta({ description: "Id of the release in the target's plan" }),
    version: z.string().nullable(),
    run: z.string().nullable().meta({ description: "The sidecar's run that moved the cluster last" }),
    waiting: z.boolean().meta({
      description: 'Another release is wanted there, and waits until no other run moves the target',
    }),
    generation: z.int(),
    appliedGeneration: z.int(),
    message: z.string().optional().meta({ description: "What the target's health or its last error says" }),
  })
  .meta({ id: 'SidecarTarget' });

export type SidecarTargetView = View<typeof target>;

export const putSidecar = operation({
  id: 'putSidecar',
  tag,
  summary: 'Define a sidecar, or change its definition; runs nothing',
  description:
    'An application or a cluster that is selected from now on gets the settled release at once; one that is not any more loses the containers.',
  method: 'PUT',
  path: '/v1/sidecars/{name}',
  params,
  body: definitionBody,
  answer: accepted,
});

export const listSidecars = operation({
  id: 'listSidecars',
  tag,
  summary: 'All sidecars, by name',
  method: 'GET',
  path: '/v1/sidecars',
  query: z.strictObject(page),
  answer: listSchema(sidecar),
});

export const getSidecar = operation({
  id: 'getSidecar',
  tag,
  summary: 'One sidecar',
  method: 'GET',
  path: '/v1/sidecars/{name}',
  params,
  answer: sidecar,
});

export const deleteSidecar = operation({
  id: 'deleteSidecar',
  tag,
  summary: 'Delete a sidecar: its containers leave every pod',
  description:
    "Every plan changes at once, without a run: pods are replaced as each workload's own strategy says. A target that another run moves follows when that run has left it. Its own run under way is aborted.",
  method: 'DELETE',
  path: '/v1/sidecars/{name}',
  params,
  query: z.strictObject(reasonQuery),
  answer: accepted,
});

export const postSidecarRelease = operation({
  id: 'postSidecarRelease',
  tag,
  summary: 'Release a version of a sidecar: freezes it and starts a run across the fleet',
  description:
    'The run has `sidecar/NAME` as its application. A run that is under way is superseded; runs of applications go on.',
  method: 'POST',
  path: '/v1/sidecars/{name}/releases',
  params,
  body: releaseBody,
  answer: z
    .strictObject({ position, release, run: z.strictObject({ id: z.string() }) })
    .meta({ id: 'SidecarReleaseRequested' }),
});

export const listSidecarTargets = operation({
  id: 'listSidecarTargets',
  tag,
  summary: 'The applications and clusters that a sidecar is selected for, and what is there',
  method: 'GET',
  path: '/v1/sidecars/{name}/targets',
  params,
  query: z.strictObject(page),
  answer: listSchema(target),
});

export const sidecarOperations = [
  putSidecar,
  listSidecars,
  getSidecar,
  deleteSidecar,
  postSidecarRelease,
  listSidecarTargets,
];

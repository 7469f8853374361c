import { DEFAULT_ACCEPTED_PHASES, type TargetPhase } from '@keelson/domain';
import { z } from 'zod';
import { operation } from '../http/operation';
import {
  accepted,
  dnsLabel,
  labels,
  listSchema,
  page,
  position,
  reasonQuery,
  reasonText,
  replicas,
  time,
  type View,
} from '../schemas/common';
import { manifests, manifestYaml } from '../schemas/manifests';
import { override } from '../schemas/overrides';
import { placement } from '../schemas/placement';
import { selector } from '../schemas/selector';
import { strategy } from '../schemas/strategy';
import { warnings } from '../schemas/warnings';

const tag = 'Applications';
const params = z.strictObject({ name: dnsLabel });

const ignoredFields = z
  .strictObject({
    target: z.strictObject({ kind: z.string().min(1), name: z.string().min(1) }),
    paths: z.array(z.string().max(500, 'at most 500 characters')).min(1, 'name at least one field').max(100),
  })
  .meta({
    id: 'IgnoredFields',
    description: 'Fields (JSON Pointers) that others set: what they say stays, and is no drift',
  });

const driftBody = z.strictObject({
  policy: z.enum(['Correct', 'Report', 'Ignore'], 'must be Correct, Report or Ignore').default('Correct'),
  ignoreFields: z.array(ignoredFields).max(100, 'at most 100 entries').default([]),
});

const PHASES = [
  'Pending',
  'Progressing',
  'Available',
  'Degraded',
  'Drifted',
  'Unreachable',
  'Deleting',
] as const satisfies readonly TargetPhase[];

const dependency = z
  .strictObject({
    application: dnsLabel,
    phases: z
      .array(z.enum(PHASES, 'must be the phase of a target'))
      .max(PHASES.length)
      .default([...DEFAULT_ACCEPTED_PHASES])
      .meta({ description: "Phases of the other's target that are good enough" }),
  })
  .meta({
    id: 'Dependency',
    description:
      'A cluster waits until the other application is well there. One that does not run in the cluster is not waited for.',
  });
const dependsOn = z.array(dependency).max(100, 'at most 100 applications');

const definitionBody = z
  .strictObject({
    project: dnsLabel.default('default'),
    labels: labels.default({}),
    namespace: dnsLabel,
    manifests: manifests.optional(),
    manifestYaml: manifestYaml.optional(),
    placement,
    overrides: z.array(override).max(1000, 'at most 1000 overrides').default([]),
    strategy: strategy.optional(),
    dependsOn: dependsOn.default([]),
    drift: driftBody.default({ policy: 'Correct', ignoreFields: [] }),
    whenToTakeOver: z
      .enum(['Always', 'IfNoDiff', 'Never'], 'must be Always, IfNoDiff or Never')
      .default('Always'),
    disruptionBudget: z.enum(['Auto', 'None'], 'must be Auto or None').default('Auto').meta({
      description:
        'Auto: every workload that no PodDisruptionBudget of the manifests selects gets one, made from the batches',
    }),
    reason: reasonText.optional(),
  })
  .meta({ id: 'ApplicationDefinition', description: 'Give either manifests or manifestYaml' });

export type DefinitionBody = z.output<typeof definitionBody>;

const targetCounts = z.strictObject({
  total: z.int(),
  converged: z.int(),
  drifted: z.int(),
  behind: z.int(),
});

const summary = z.strictObject({
  name: z.string(),
  project: z.string(),
  labels: z.record(z.string(), z.string()),
  namespace: z.string().nullable(),
  phase: z.enum(['Active', 'Deleting']),
  release: z
    .strictObject({ id: z.string(), version: z.string(), revision: z.string() })
    .nullable()
    .meta({ description: 'The release asked for last; null before the first' }),
  replicas: z
    .array(
      z.strictObject({
        workload: z.string().optional(),
        replicas: z.int(),
        clusterSelector: selector.optional(),
      }),
    )
    .meta({
      description: 'Scales in force, in order; the last that matches wins over manifest and overrides',
    }),
  activeRun: z.strictObject({ id: z.string(), phase: z.string() }).nullable(),
  targets: targetCounts,
  createdAt: time,
  updatedAt: time,
  position,
});
const summaryAnswer = summary.meta({ id: 'ApplicationSummary' });

const application = summary
  .extend({
    definition: z
      .strictObject({
        manifests,
        placement,
        overrides: z.array(override),
        strategy,
        dependsOn,
        drift: z.strictObject({ policy: z.string(), ignoreFields: z.array(ignoredFields) }),
        whenToTakeOver: z.string(),
        disruptionBudget: z.string(),
      })
      .nullable()
      .meta({ description: 'null while the application is being deleted' }),
    warnings: warnings.meta({ description: 'Of the newest release; before the first, of the definition' }),
  })
  .meta({ id: 'Application' });

const defined = accepted.extend({ warnings }).meta({ id: 'ApplicationDefined' });

export type ApplicationSummaryView = View<typeof summary>;
export type ApplicationView = View<typeof application>;

export const putApplication = operation({
  id: 'putApplication',
  tag,
  summary: 'Define an application, or change its definition; runs nothing',
  method: 'PUT',
  path: '/v1/applications/{name}',
  params,
  body: definitionBody,
  answer: defined,
});

export const listApplications = operation({
  id: 'listApplications',
  tag,
  summary: 'All applications, by name',
  method: 'GET',
  path: '/v1/applications',
  query: z.strictObject(page),
  answer: listSchema(summaryAnswer),
});

export const getApplication = operation({
  id: 'getApplication',
  tag,
  summary: 'One application with its definition',
  method: 'GET',
  path: '/v1/applications/{name}',
  params,
  answer: application,
});

export const deleteApplication = operation({
  id: 'deleteApplication',
  tag,
  summary: 'Delete an application: its objects are removed from every cluster',
  description: 'It answers with phase Deleting until every cluster has confirmed, and 404 from then on.',
  method: 'DELETE',
  path: '/v1/applications/{name}',
  params,
  query: z.strictObject(reasonQuery),
  answer: accepted,
});

export const scaleApplication = operation({
  id: 'scaleApplication',
  tag,
  summary: 'Set a replica count, at once and in every cluster, whatever runs are under way',
  method: 'POST',
  path: '/v1/applications/{name}/scale',
  params,
  body: z.strictObject({
    replicas,
    workload: z
      .string()
      .min(1)
      .max(320)
      .optional()
      .meta({ description: 'name or Kind/name; needed where there are several' }),
    clusterSelector: selector.optional(),
    reason: reasonText.optional(),
  }),
  answer: accepted,
});

export const applicationOperations = [
  putApplication,
  listApplications,
  getApplication,
  deleteApplication,
  scaleApplication,
];

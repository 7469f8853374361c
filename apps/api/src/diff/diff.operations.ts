import { z } from 'zod';
import { operation } from '../http/operation';
import { releaseBody } from '../releases/releases.operations';
import { dnsLabel, type View } from '../schemas/common';
import { objectRef } from '../schemas/object-ref';

const tag = 'Diff';

const change = z
  .strictObject({
    object: objectRef,
    change: z.enum(['Create', 'Update', 'Delete']),
    fields: z.array(
      z.strictObject({
        path: z.string().meta({ description: 'JSON Pointer into the object' }),
        from: z.unknown().optional(),
        to: z.unknown().optional(),
      }),
    ),
    refused: z.string().optional().meta({ description: 'What the API server says against it' }),
  })
  .meta({ id: 'ObjectDiff' });

const clusterDiff = z
  .strictObject({
    cluster: z.string(),
    source: z.enum(['DryRun', 'Plan']).meta({
      description:
        'DryRun: the API server was asked what would become of each object. Plan: it could not be asked, so the plan that the cluster has is compared with the one that it would get',
    }),
    why: z.string().optional().meta({ description: 'Why the API server was not asked' }),
    error: z.string().optional().meta({ description: 'Why there would be no plan for this cluster' }),
    changes: z.array(change),
    unchanged: z.int().meta({ description: 'Objects that stay as they are' }),
  })
  .meta({ id: 'ClusterDiff' });

export type ClusterDiffView = View<typeof clusterDiff>;
export type DiffBody = z.output<typeof diffBody>;

const diffBody = releaseBody.partial({ version: true }).meta({ id: 'DiffRequest' });

export const postDiff = operation({
  id: 'diffRelease',
  tag,
  summary: 'What a release would change in each cluster; changes nothing',
  method: 'POST',
  path: '/v1/applications/{name}/diff',
  params: z.strictObject({ name: dnsLabel }),
  body: diffBody,
  status: 200,
  answer: z.strictObject({ items: z.array(clusterDiff) }),
});

export const getTargetDiff = operation({
  id: 'diffTarget',
  tag,
  summary: 'How what one cluster has differs from its plan; Secrets masked',
  method: 'GET',
  path: '/v1/applications/{name}/targets/{cluster}/diff',
  params: z.strictObject({ name: dnsLabel, cluster: dnsLabel }),
  answer: clusterDiff,
});

export const diffOperations = [postDiff, getTargetDiff];

import { z } from 'zod';
import { operation } from '../http/operation';
import {
  dnsLabel,
  listSchema,
  page,
  position,
  reasonText,
  time,
  version,
  type View,
} from '../schemas/common';
import { callback } from '../schemas/callback';
import { images, manifests, manifestYaml } from '../schemas/manifests';
import { strategy } from '../schemas/strategy';
import { warnings } from '../schemas/warnings';

const tag = 'Releases';
const params = z.strictObject({ name: dnsLabel });

export const releaseBody = z
  .strictObject({
    version,
    images: images.default({}),
    manifests: manifests.optional(),
    manifestYaml: manifestYaml.optional(),
    strategy: strategy
      .optional()
      .meta({ description: "For this run only; the application's own when left out" }),
    callback: callback.optional().meta({
      description:
        'Is told of the course of the run: when it starts, stands still, goes on, asks for an approval and ends',
    }),
    reason: reasonText.optional(),
  })
  .meta({
    id: 'ReleaseRequest',
    description:
      "Images are put into these manifests or, without any, into those of the application's definition",
  });

export type ReleaseBody = z.output<typeof releaseBody>;

const release = z
  .strictObject({
    id: z.string(),
    version: z.string(),
    revision: z.string().meta({ description: 'Hash of the content; the same for the same content' }),
    images: z.record(z.string(), z.string()),
    run: z.strictObject({ id: z.string(), phase: z.string().nullable() }),
    restores: z.string().optional().meta({ description: 'Id of the earlier release that it brought back' }),
    actor: z.string(),
    reason: z.string().optional(),
    createdAt: time,
    position,
    warnings: warnings.optional().meta({ description: 'Of the newest release only' }),
  })
  .meta({ id: 'Release' });

export type ReleaseView = View<typeof release>;

const requested = z
  .strictObject({
    position,
    release: z.strictObject({ id: z.string(), version: z.string(), revision: z.string() }),
    run: z.strictObject({ id: z.string() }),
    warnings,
  })
  .meta({ id: 'ReleaseRequested' });

export const postRelease = operation({
  id: 'postRelease',
  tag,
  summary: 'Release a version: freezes it and starts a run across the fleet',
  description:
    'A run that is under way is superseded; clusters that it moved go forward from where they are.',
  method: 'POST',
  path: '/v1/applications/{name}/releases',
  params,
  body: releaseBody,
  answer: requested,
});

const rollbackBody = z
  .strictObject({
    to: z
      .union([z.string().trim().min(1).max(128), z.int().min(0)], {
        error: 'must be a version, a revision or a position',
      })
      .meta({
        description:
          'A number is a position: what the fleet had then. A text is a version, else a revision, else a position; of several releases of a version the newest',
        examples: ['1.4.2', '0f3a9c21d7be', 4711],
      }),
    strategy: strategy
      .optional()
      .meta({ description: "For this run only; the application's own when left out" }),
    reason: reasonText.optional(),
  })
  .meta({ id: 'RollbackRequest' });

export type RollbackBody = z.output<typeof rollbackBody>;

export const postRollback = operation({
  id: 'postRollback',
  tag,
  summary: 'Go back to an earlier release: frozen anew, through the same stages',
  description:
    'The content is that of the earlier release, whatever the definition says now; overrides and scales are those in force. A run that is under way is superseded.',
  method: 'POST',
  path: '/v1/applications/{name}/rollback',
  params,
  body: rollbackBody,
  answer: requested,
});

export const listReleases = operation({
  id: 'listReleases',
  tag,
  summary: 'Every release of an application, newest first',
  method: 'GET',
  path: '/v1/applications/{name}/releases',
  params,
  query: z.strictObject(page),
  answer: listSchema(release),
});

export const releaseOperations = [postRelease, listReleases, postRollback];

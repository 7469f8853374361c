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
import { images, manifests, manifestYaml } from '../schemas/manifests';
import { strategy } from '../schemas/strategy';

const tag = 'Releases';
const params = z.strictObject({ name: dnsLabel });

const releaseBody = z
  .strictObject({
    version,
    images: images.default({}),
    manifests: manifests.optional(),
    manifestYaml: manifestYaml.optional(),
    strategy: strategy
      .optional()
      .meta({ description: "For this run only; the application's own when left out" }),
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
    actor: z.string(),
    reason: z.string().optional(),
    createdAt: time,
    position,
  })
  .meta({ id: 'Release' });

export type ReleaseView = View<typeof release>;

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
  answer: z.strictObject({
    position,
    release: z.strictObject({ id: z.string(), version: z.string(), revision: z.string() }),
    run: z.strictObject({ id: z.string() }),
  }),
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

export const releaseOperations = [postRelease, listReleases];

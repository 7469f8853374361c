import type { KubeObject } from '@keelson/domain';
import { recordAt, stringAt } from '../json';
import { recordsAt, type Fields } from './fields';

/** A pod template as JSON; a pod can be read as one too. */
export type Template = Fields;

export type Keyed = Readonly<Record<string, string>>;

/** The two maps of a template's metadata that may change without a new pod. */
export const METADATA_MAPS = ['labels', 'annotations'] as const;
export type MetadataMap = (typeof METADATA_MAPS)[number];

export const templateOf = (workload: KubeObject): Template => recordAt(workload, 'spec', 'template');

export const containersOf = (template: Template): readonly Fields[] =>
  recordsAt(template, 'spec', 'containers');

export const metadataOf = (template: Template, map: MetadataMap): Keyed =>
  recordAt(template, 'metadata', map) as Keyed;

/** Images by container. Init containers have none here: their images do nothing for a pod that runs. */
export const imagesOf = (template: Template): ReadonlyMap<string, string> =>
  new Map(
    containersOf(template).flatMap((container): [string, string][] => {
      const name = stringAt(container, 'name');
      const image = stringAt(container, 'image');
      return name !== undefined && image !== undefined ? [[name, image]] : [];
    }),
  );

/** Whether every container that the plan names runs the plan's image. */
export const sameImages = (planned: KubeObject, live: KubeObject): boolean => {
  const there = imagesOf(templateOf(live));
  return [...imagesOf(templateOf(planned))].every(([name, image]) => there.get(name) === image);
};

/** The template with other images in the containers that are named. */
export const withImages = (template: Template, images: ReadonlyMap<string, string>): Template => ({
  ...template,
  spec: {
    ...recordAt(template, 'spec'),
    containers: containersOf(template).map((container) => {
      const image = images.get(stringAt(container, 'name') ?? '');
      return image === undefined ? container : { ...container, image };
    }),
  },
});

/** What stays of a template when all that can be changed in a running pod is taken out. */
export const fixedPart = (template: Template): Template => {
  const metadata: Record<string, unknown> = { ...recordAt(template, 'metadata') };
  for (const map of METADATA_MAPS) delete metadata[map];
  delete metadata['creationTimestamp'];
  const spec = recordAt(template, 'spec');
  if (!Array.isArray(spec['containers'])) return { metadata, spec };
  const containers = containersOf(template).map(({ image: _, ...container }) => container);
  return { metadata, spec: { ...spec, containers } };
};

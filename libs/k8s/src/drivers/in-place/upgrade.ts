import type { KubeObject } from '@keelson/domain';
import type { Fields } from './fields';
import { withSpec } from './fields';
import { describePlace, planDifference } from './plan-difference';
import { ownedKeys, ownedTemplate, removedField } from './removed-fields';
import {
  containersOf,
  fixedPart,
  imagesOf,
  metadataOf,
  METADATA_MAPS,
  templateOf,
  withImages,
  type Keyed,
  type MetadataMap,
  type Template,
} from './template';

/** All that may differ between a pod that runs and the plan: what its template will say once the plan is applied. */
export interface Upgrade {
  /** By container; those of the plan alone, because others belong to whoever put them in. */
  readonly images: ReadonlyMap<string, string>;
  readonly labels: Keyed;
  readonly annotations: Keyed;
}

export const upgradeOf = (planned: KubeObject, live: KubeObject): Upgrade => ({
  images: imagesOf(templateOf(planned)),
  labels: afterApply(planned, live, 'labels'),
  annotations: afterApply(planned, live, 'annotations'),
});

/** As server-side apply merges it: the plan's keys, and of the live ones those that we do not own. */
const afterApply = (planned: KubeObject, live: KubeObject, map: MetadataMap): Keyed => {
  const merged: Record<string, string> = { ...metadataOf(templateOf(live), map) };
  for (const key of ownedKeys(live, map)) delete merged[key];
  return { ...merged, ...metadataOf(templateOf(planned), map) };
};

/** Where the plan wants something of the live template that only a new pod can have; `undefined` when nowhere. */
export const neverInPlace = (planned: KubeObject, live: KubeObject): string | undefined => {
  const wanted = fixedPart(templateOf(planned));
  const there = fixedPart(templateOf(live));
  const difference =
    planDifference(wanted, there) ?? removedField(wanted, there, withoutMetadata(ownedTemplate(live)));
  return difference && describePlace(['spec', 'template', ...difference]);
};

const withoutMetadata = ({ 'f:metadata': _, ...fields }: ReturnType<typeof ownedTemplate>) => fields;

/** Where two templates, both as the server keeps them, differ in something that only a new pod can have. */
export const fixedDifference = (a: Template, b: Template): string | undefined => {
  const [left, right] = [fixedPart(a)['spec'], fixedPart(b)['spec']];
  const difference = planDifference(left, right) ?? planDifference(right, left);
  return difference && describePlace(['spec', 'template', 'spec', ...difference]);
};

/** The plan with the images and metadata that the live template has: applied, it changes nothing in the template. */
export const withLiveTemplate = (planned: KubeObject, live: KubeObject): KubeObject => {
  const there = templateOf(live);
  const template = withImages(templateOf(planned), imagesOf(there));
  const metadata: Record<string, unknown> = { ...(template['metadata'] as Fields | undefined) };
  for (const map of METADATA_MAPS) {
    const keys = new Set([...Object.keys(metadataOf(template, map)), ...ownedKeys(live, map)]);
    const values = metadataOf(there, map);
    const kept = [...keys].flatMap((key) => (values[key] === undefined ? [] : [[key, values[key]]]));
    if (keys.size > 0) metadata[map] = Object.fromEntries(kept);
  }
  return withSpec(planned, { template: { ...template, metadata } });
};

/** A strategic merge patch of a template or a pod; `undefined` when there is nothing to change. */
export interface TemplatePatch {
  readonly metadata: Readonly<Partial<Record<MetadataMap, Readonly<Record<string, string | null>>>>>;
  readonly spec: { readonly containers: readonly { readonly name: string; readonly image: string }[] };
}

/** What has to change in something with a template's shape, of its containers and of the keys named. */
export const changesOf = (
  upgrade: Upgrade,
  of: Template,
  keys: Readonly<Record<MetadataMap, Iterable<string>>>,
): TemplatePatch | undefined => {
  const metadata: Partial<Record<MetadataMap, Record<string, string | null>>> = {};
  for (const map of METADATA_MAPS) {
    const changes = keyChanges(metadataOf(of, map), upgrade[map], keys[map]);
    if (changes) metadata[map] = changes;
  }
  const containers = containersOf(of).flatMap(({ name, image }) => {
    const wanted = upgrade.images.get(String(name));
    return wanted === undefined || wanted === image ? [] : [{ name: String(name), image: wanted }];
  });
  if (containers.length === 0 && Object.keys(metadata).length === 0) return undefined;
  return { metadata, spec: { containers } };
};

const keyChanges = (
  from: Keyed,
  to: Keyed,
  keys: Iterable<string>,
): Record<string, string | null> | undefined => {
  const changed = [...new Set(keys)].filter((key) => from[key] !== to[key]);
  return changed.length === 0 ? undefined : Object.fromEntries(changed.map((key) => [key, to[key] ?? null]));
};

/** Keys of a template and of what it is to become, but for the given one. */
export const allKeys = (upgrade: Upgrade, of: Template, except?: string): Record<MetadataMap, string[]> => {
  const keysOf = (map: MetadataMap): string[] =>
    [...Object.keys(metadataOf(of, map)), ...Object.keys(upgrade[map])].filter((key) => key !== except);
  return { labels: keysOf('labels'), annotations: keysOf('annotations') };
};

/** What is still to change in a template; a ReplicaSet's has a label of its own, which stays. */
export const templateChanges = (
  upgrade: Upgrade,
  template: Template,
  except?: string,
): TemplatePatch | undefined => changesOf(upgrade, template, allKeys(upgrade, template, except));

/** Whether two templates, both as the server keeps them, are one, but for the label named. */
export const sameTemplate = (a: Template, b: Template, except?: string): boolean => {
  const as: Upgrade = {
    images: imagesOf(b),
    labels: metadataOf(b, 'labels'),
    annotations: metadataOf(b, 'annotations'),
  };
  return !fixedDifference(a, b) && !templateChanges(as, a, except);
};

import { contentHash } from '../manifests/content-hash';
import type { FieldError } from '../kernel/decider';
import { isImageReference } from '../manifests/image-reference';
import { isRecord, pointer } from '../manifests/json';
import { isDnsLabel } from '../manifests/names';

/** A container as Kubernetes has it. What else is in it is the API server's to judge. */
export interface SidecarContainer extends Readonly<Record<string, unknown>> {
  readonly name: string;
  readonly image: string;
}

export interface SidecarVolume extends Readonly<Record<string, unknown>> {
  readonly name: string;
}

/** What a sidecar adds to pods. */
export interface SidecarContent {
  readonly containers: readonly SidecarContainer[];
  readonly volumes: readonly SidecarVolume[];
}

export type CheckedContent =
  | { readonly ok: true; readonly content: SidecarContent }
  | { readonly ok: false; readonly errors: readonly FieldError[] };

/**
 * Containers and volumes as somebody wrote them, with images put in by container name. Error paths are
 * `/containers/N/…`, `/volumes/N/…` and `/images/NAME`.
 */
export const checkContent = (
  { containers, volumes }: { readonly containers: readonly unknown[]; readonly volumes: readonly unknown[] },
  images: Readonly<Record<string, string>> = {},
): CheckedContent => {
  const names = namesOf(containers);
  const errors = [
    ...(containers.length === 0 ? [{ path: '/containers', message: 'at least one is needed' }] : []),
    ...nameProblems('containers', containers),
    ...imageProblems(containers),
    ...nameProblems('volumes', volumes),
    ...Object.entries(images).flatMap(([name, image]) => overrideProblems(names, name, image)),
  ];
  if (errors.length > 0) return { ok: false, errors };
  const wanted = new Map(Object.entries(images));
  const withImages = (containers as readonly SidecarContainer[]).map((container) => {
    const image = wanted.get(container.name);
    return image === undefined ? container : { ...container, image };
  });
  return { ok: true, content: { containers: withImages, volumes: volumes as readonly SidecarVolume[] } };
};

const REVISION_LENGTH = 12;

/** What a sidecar's release is known by: 12 hex characters over what it adds, images included. */
export const sidecarRevision = ({ containers, volumes }: SidecarContent): string =>
  contentHash({ containers, volumes }).slice(0, REVISION_LENGTH);

const nameOf = (item: unknown): unknown => (isRecord(item) ? item.name : undefined);

const namesOf = (items: readonly unknown[]): string[] =>
  items.map(nameOf).filter((name): name is string => typeof name === 'string');

const nameProblems = (list: 'containers' | 'volumes', items: readonly unknown[]): FieldError[] =>
  items.flatMap((item, index): FieldError[] => {
    if (!isRecord(item)) return [{ path: pointer(list, index), message: 'must be an object' }];
    const path = pointer(list, index, 'name');
    const { name } = item;
    if (typeof name !== 'string' || !isDnsLabel(name)) {
      return [
        {
          path,
          message:
            'must be a DNS-1123 label: at most 63 lower case letters, digits and "-", alphanumeric at both ends',
        },
      ];
    }
    const twice = items.slice(0, index).some((other) => nameOf(other) === name);
    return twice ? [{ path, message: `there are two of the name "${name}"` }] : [];
  });

const IMAGE = 'must be an image reference such as registry.example/team/agent:1.2';

const imageProblems = (containers: readonly unknown[]): FieldError[] =>
  containers.flatMap((container, index) =>
    !isRecord(container) || (typeof container.image === 'string' && isImageReference(container.image))
      ? []
      : [{ path: pointer('containers', index, 'image'), message: IMAGE }],
  );

const overrideProblems = (names: readonly string[], name: string, image: string): FieldError[] => {
  const path = pointer('images', name);
  if (!names.includes(name)) {
    return [{ path, message: `no container has this name; there are ${names.join(', ')}` }];
  }
  return isImageReference(image) ? [] : [{ path, message: IMAGE }];
};

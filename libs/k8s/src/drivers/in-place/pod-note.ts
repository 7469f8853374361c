import { listAt, recordAt, stringAt } from '../json';
import { recordsAt, type Fields } from './fields';
import { IN_PLACE_ANNOTATION } from './marks';
import { imagesOf, type MetadataMap } from './template';

/**
 * What an in-place upgrade writes on a pod in the same patch as the images: which containers ran at that moment, and
 * with which image. A pod's status lags behind its spec, and only a container with another id is one that was started
 * since. Neither of the nearer signs will do: `containerStatuses[].image` is the runtime's name for the image
 * (`docker.io/library/nginx:1` for `nginx:1`, or another tag of the same digest), and `imageID` stays the same when
 * two tags are one image.
 */
export interface PodNote {
  readonly containers: Readonly<Record<string, Running>>;
  /** Keys of labels and annotations that upgrades have set or removed: they are put back when one is undone. */
  readonly keys: Readonly<Record<MetadataMap, readonly string[]>>;
}

/** A container that ran, and the image in the pod's spec that it was started from. */
export interface Running {
  readonly id: string;
  readonly image: string;
}

/** A note that somebody spoiled is as good as none. */
export const noteOf = (pod: Fields): PodNote => {
  const note = parsed(stringAt(pod, 'metadata', 'annotations', IN_PLACE_ANNOTATION));
  const containers: Record<string, Running> = {};
  for (const [name, running] of Object.entries(recordAt(note, 'containers'))) {
    const id = stringAt(running, 'id');
    const image = stringAt(running, 'image');
    if (id !== undefined && image !== undefined) containers[name] = { id, image };
  }
  return { containers, keys: { labels: keysIn(note, 'labels'), annotations: keysIn(note, 'annotations') } };
};

/** The note for a patch of these containers and keys. A container without an id has never run: any id is news. */
export const nextNote = (
  pod: Fields,
  containers: readonly string[],
  keys: Readonly<Record<MetadataMap, readonly string[]>>,
): PodNote => {
  const before = noteOf(pod);
  const ran = Object.fromEntries(
    containers.flatMap((name) => {
      const running = runningOf(pod, name, before);
      return running ? [[name, running]] : [];
    }),
  );
  const all = (map: MetadataMap) => [...new Set([...before.keys[map], ...keys[map]])].sort();
  return {
    containers: { ...before.containers, ...ran },
    keys: { labels: all('labels'), annotations: all('annotations') },
  };
};

export const formatNote = ({ containers, keys }: PodNote): string =>
  JSON.stringify({
    containers,
    ...(keys.labels.length > 0 ? { labels: keys.labels } : {}),
    ...(keys.annotations.length > 0 ? { annotations: keys.annotations } : {}),
  });

/** The container whose id is still the noted one was started from the noted image, whatever the spec says by now. */
const runningOf = (pod: Fields, name: string, { containers }: PodNote): Running | undefined => {
  const id = stringAt(containerStatus(pod, name), 'containerID');
  const image = imagesOf(pod).get(name);
  if (!id || image === undefined) return undefined;
  const noted = containers[name];
  return noted?.id === id ? noted : { id, image };
};

export const containerStatus = (pod: Fields, name: string): Fields | undefined =>
  recordsAt(pod, 'status', 'containerStatuses').find((status) => status['name'] === name);

const keysIn = (note: unknown, map: MetadataMap): readonly string[] =>
  listAt(note, map).filter((key) => typeof key === 'string');

const parsed = (text: string | undefined): unknown => {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
};

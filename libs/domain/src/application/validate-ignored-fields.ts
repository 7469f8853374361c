import type { FieldError } from '../kernel/decider';
import type { KubeObject } from '../kubernetes/objects';
import { pointer } from '../manifests/json';
import type { IgnoredFields } from './definition';

/** An object cannot be told from others, or from what is not ours, without these. */
const NEVER = [
  '/apiVersion',
  '/kind',
  '/metadata',
  '/metadata/name',
  '/metadata/namespace',
  '/metadata/labels',
];

/** What is wrong with ignored fields for these manifests. */
export const validateIgnoredFields = (
  objects: readonly KubeObject[],
  ignored: readonly IgnoredFields[],
  base = '/drift/ignoreFields',
): FieldError[] =>
  ignored.flatMap(({ target, paths }, index) => {
    const at = base + pointer(index);
    const { kind, name } = target;
    const exists = objects.some((object) => object.kind === kind && object.metadata.name === name);
    return [
      ...(exists ? [] : [{ path: `${at}/target`, message: `the manifests have no ${kind} ${name}` }]),
      ...paths.flatMap((path, place): FieldError[] => {
        const message = whyNot(path);
        return message === undefined ? [] : [{ path: at + pointer('paths', place), message }];
      }),
    ];
  });

const whyNot = (path: string): string | undefined => {
  if (!path.startsWith('/') || /~(?![01])/.test(path)) return 'must be a JSON Pointer such as /spec/replicas';
  if (NEVER.includes(path)) return 'cannot be ignored';
  return undefined;
};

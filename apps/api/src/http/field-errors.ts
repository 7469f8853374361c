import type { FieldError } from '@keelson/domain';
import type { z } from 'zod';
import { LATER_FIELDS } from './later';
import { pointer } from './pointer';

/** Zod's issues as field errors; `locate` turns a list of keys into the path that the client reads. */
export const fieldErrors = (
  { issues }: z.ZodError,
  locate: (keys: readonly PropertyKey[]) => string = pointer,
): FieldError[] =>
  issues.flatMap((issue) => {
    if (issue.code !== 'unrecognized_keys') return [{ path: locate(issue.path), message: issue.message }];
    return issue.keys.map((key) => {
      const path = locate([...issue.path, key]);
      const later = LATER_FIELDS[key] ?? LATER_FIELDS[path];
      return { path, message: later ?? 'unknown field' };
    });
  });

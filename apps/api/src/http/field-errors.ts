import type { FieldError } from '@keelson/domain';
import type { z } from 'zod';
import { LATER_FIELDS } from './later';
import { pointer } from './pointer';

type Issue = z.core.$ZodIssue;

/** Zod's issues as field errors; `locate` turns a list of keys into the path that the client reads. */
export const fieldErrors = (
  { issues }: { readonly issues: readonly Issue[] },
  locate: (keys: readonly PropertyKey[]) => string = pointer,
): FieldError[] =>
  issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownField(issue, key, locate));
    const meant = issue.code === 'invalid_union' ? optionMeant(issue.errors) : undefined;
    if (!meant) return [{ path: locate(issue.path), message: issue.message }];
    return fieldErrors({ issues: meant }, (keys) => locate([...issue.path, ...keys]));
  });

const unknownField = (
  issue: Issue,
  key: string,
  locate: (keys: readonly PropertyKey[]) => string,
): FieldError => {
  const path = locate([...issue.path, key]);
  return { path, message: LATER_FIELDS[key] ?? LATER_FIELDS[path] ?? 'unknown field' };
};

/**
 * Of several forms the one that the client had in mind: the only one whose own shape fits, so that its mistakes lie
 * deeper. A misspelt pause in a batch is then told as that, and not as "must be a count, a percentage or …".
 */
const optionMeant = (options: readonly (readonly Issue[])[]): readonly Issue[] | undefined => {
  const fitting = options.filter((issues) => issues.every(({ path }) => path.length > 0));
  return fitting.length === 1 ? fitting[0] : undefined;
};

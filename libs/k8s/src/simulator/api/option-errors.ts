import { ApiError, type StatusCause } from './api-error';

/** Refusals of a request's options: what is invalid is not the object but PatchOptions and its like. */
const invalidOptions = (kind: string, cause: StatusCause): ApiError =>
  new ApiError(422, 'Invalid', `${kind}.meta.k8s.io "" is invalid: ${cause.field}: ${cause.message}`, {
    group: 'meta.k8s.io',
    kind,
    causes: [cause],
  });

export const managerRequired = () =>
  invalidOptions('PatchOptions', {
    reason: 'FieldValueRequired',
    message: 'Required value: is required for apply patch',
    field: 'fieldManager',
  });

export const forceForbidden = () =>
  invalidOptions('PatchOptions', {
    reason: 'FieldValueForbidden',
    message: 'Forbidden: may not be specified for non-apply patch',
    field: 'force',
  });

const OPTIONS_OF: Readonly<Record<string, string>> = {
  POST: 'CreateOptions',
  PUT: 'UpdateOptions',
  PATCH: 'PatchOptions',
  DELETE: 'DeleteOptions',
};

export const dryRunUnknown = (method: string | undefined, value: string) =>
  invalidOptions(OPTIONS_OF[method ?? ''] ?? 'PatchOptions', {
    reason: 'FieldValueNotSupported',
    message: `Unsupported value: []string{${JSON.stringify(value)}}: supported values: "All"`,
    field: 'dryRun',
  });

import { type ResourceType } from './resource-type';

/** The Status object of an API server's refusal. */
export interface Status {
  readonly kind: 'Status';
  readonly apiVersion: 'v1';
  readonly metadata: object;
  readonly status: 'Failure' | 'Success';
  readonly message?: string;
  readonly reason?: string;
  readonly details?: StatusDetails;
  readonly code?: number;
}

export interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly StatusCause[];
  readonly retryAfterSeconds?: number;
}

export interface StatusCause {
  readonly reason: string;
  readonly message: string;
  readonly field?: string;
}

/** A refusal with the body, wording included, that a real API server sends. */
export class ApiError extends Error {
  readonly status: Status;

  constructor(
    readonly code: number,
    reason: string,
    message: string,
    details?: StatusDetails,
  ) {
    super(message);
    this.status = {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message,
      ...(reason ? { reason } : {}),
      ...(details ? { details } : {}),
      code,
    };
  }
}

type Subject = Pick<ResourceType, 'group' | 'plural'>;

/** `deployments.apps`, or `configmaps` for the core group. */
const qualified = (type: Subject): string => (type.group ? `${type.plural}.${type.group}` : type.plural);

const detailsOf = (type: Subject, name: string): StatusDetails => ({
  ...(name ? { name } : {}),
  ...(type.group ? { group: type.group } : {}),
  kind: type.plural,
});

export const badRequest = (message: string) => new ApiError(400, 'BadRequest', message);

/** What a real server answers with 500 although the client is to blame: an error of no kind, so without a reason. */
export const plainError = (message: string) => new ApiError(500, '', message);

export const unauthorized = () => new ApiError(401, 'Unauthorized', 'Unauthorized');

export const unknownPath = () =>
  new ApiError(404, 'NotFound', 'the server could not find the requested resource', {});

export const methodNotAllowed = () =>
  new ApiError(
    405,
    'MethodNotAllowed',
    'the server does not allow this method on the requested resource',
    {},
  );

export const notFound = (type: ResourceType, name: string) =>
  new ApiError(404, 'NotFound', `${qualified(type)} "${name}" not found`, detailsOf(type, name));

export const alreadyExists = (type: ResourceType, name: string) =>
  new ApiError(409, 'AlreadyExists', `${qualified(type)} "${name}" already exists`, detailsOf(type, name));

export const conflict = (type: Subject, name: string, why: string) =>
  new ApiError(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${qualified(type)} "${name}": ${why}`,
    detailsOf(type, name),
  );

export const staleVersion = (type: ResourceType, name: string) =>
  conflict(
    type,
    name,
    'the object has been modified; please apply your changes to the latest version and try again',
  );

export const expired = (message: string) => new ApiError(410, 'Expired', message);

export const namespaceTerminating = (type: ResourceType, name: string, namespace: string) =>
  new ApiError(
    403,
    'Forbidden',
    `${qualified(type)} "${name}" is forbidden: unable to create new content in namespace ${namespace} because it is being terminated`,
    {
      ...detailsOf(type, name),
      causes: [
        {
          reason: 'NamespaceTerminating',
          message: `namespace ${namespace} is being terminated`,
          field: 'metadata.namespace',
        },
      ],
    },
  );

export const forbidden = (type: ResourceType, name: string, why: string) =>
  new ApiError(403, 'Forbidden', `${qualified(type)} "${name}" is forbidden: ${why}`, detailsOf(type, name));

export const unsupportedMediaType = (given: string, supported: readonly string[]) =>
  new ApiError(
    415,
    'UnsupportedMediaType',
    `the body of the request was in an unknown format - accepted media types include: ${supported.join(', ')}${given ? '' : ' (no content type was sent)'}`,
    {},
  );

/** One finding of validation; `reason` is the field error type, `message` what follows `FIELD: `. */
export interface FieldProblem {
  readonly reason:
    | 'FieldValueInvalid'
    | 'FieldValueRequired'
    | 'FieldValueForbidden'
    | 'FieldValueNotSupported'
    | 'FieldValueDuplicate';
  readonly field: string;
  readonly message: string;
}

export const invalidValue = (field: string, value: unknown, why: string): FieldProblem => ({
  reason: 'FieldValueInvalid',
  field,
  message: `Invalid value: ${JSON.stringify(value)}: ${why}`,
});

export const required = (field: string, why = ''): FieldProblem => ({
  reason: 'FieldValueRequired',
  field,
  message: why ? `Required value: ${why}` : 'Required value',
});

export const invalid = (type: ResourceType, name: string, problems: readonly FieldProblem[]): ApiError =>
  invalidOf(type, name, problems);

/** @param subject what the problems are found in; need not be a type with endpoints of its own */
export function invalidOf(
  subject: Pick<ResourceType, 'group' | 'kind'>,
  name: string,
  problems: readonly FieldProblem[],
): ApiError {
  const { group, kind } = subject;
  const texts = problems.map((problem) => `${problem.field}: ${problem.message}`);
  const qualifiedKind = group ? `${kind}.${group}` : kind;
  const summary = texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`;
  return new ApiError(422, 'Invalid', `${qualifiedKind} "${name}" is invalid: ${summary}`, {
    ...(name ? { name } : {}),
    ...(group ? { group } : {}),
    kind,
    causes: problems.map(({ reason, field, message }) => ({ reason, message, field })),
  });
}

export const success = (type: ResourceType, name: string, uid: string): Status => ({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Success',
  details: { ...detailsOf(type, name), uid },
});

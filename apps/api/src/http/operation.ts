import {
  applyDecorators,
  createParamDecorator,
  HttpCode,
  RequestMapping,
  RequestMethod,
} from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FieldError } from '@keelson/domain';
import type { CommandContext } from '@keelson/event-store';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { findUnbearable } from './body-guard';
import { commandContext } from './command-context';
import { fieldErrors } from './field-errors';
import { pointer } from './pointer';
import { invalid } from './problem';

const nothing = z.strictObject({});
type Nothing = typeof nothing;

/**
 * One HTTP operation: what it is called, what it takes and what it answers. Routing, validation and the OpenAPI document
 * are all read from it, so they cannot disagree.
 */
export interface Operation<
  Params extends z.ZodObject = z.ZodObject,
  Query extends z.ZodObject = z.ZodObject,
  Body extends z.ZodType = z.ZodType,
> {
  readonly id: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** With parameters in braces: `/v1/runs/{id}`. */
  readonly path: string;
  readonly params: Params;
  readonly query: Query;
  readonly body?: Body;
  readonly status: 200 | 202;
  readonly answer?: z.ZodType;
  /** Media types other than JSON that the operation can answer with. */
  readonly media?: readonly string[];
  /** Needs no token. */
  readonly open: boolean;
}

type Defaulted = 'params' | 'query' | 'status' | 'open';

export const operation = <
  Params extends z.ZodObject = Nothing,
  Query extends z.ZodObject = Nothing,
  Body extends z.ZodType = never,
>(
  given: Omit<Operation<Params, Query, Body>, Defaulted> &
    Partial<Pick<Operation<Params, Query, Body>, Defaulted>>,
): Operation<Params, Query, Body> => ({
  params: nothing as unknown as Params,
  query: nothing as unknown as Query,
  status: given.method === 'GET' ? 200 : 202,
  open: false,
  ...given,
});

declare module 'fastify' {
  interface FastifyContextConfig {
    operation?: Operation;
  }
}

/** Routes an operation to a controller's method. */
export const Handle = (of: Operation): MethodDecorator =>
  applyDecorators(
    RequestMapping({ method: RequestMethod[of.method], path: of.path.replace(/\{([^}]+)\}/g, ':$1') }),
    HttpCode(of.status),
    RouteConfig({ operation: of }),
  );

/** What a handler is given: everything checked, and who asks. */
export interface InputOf<Of extends Operation> {
  readonly params: z.output<Of['params']>;
  readonly query: z.output<Of['query']>;
  readonly body: Of extends Operation<z.ZodObject, z.ZodObject, infer Body> ? z.output<Body> : undefined;
  readonly context: CommandContext;
}

/** Checks a request against its operation; every mistake in it is told at once. */
export const Input = createParamDecorator((_: undefined, host): InputOf<Operation> => {
  const request = host.switchToHttp().getRequest<FastifyRequest>();
  const { operation: of } = request.routeOptions.config;
  if (!of) throw new Error(`${request.url} has no operation`);
  return readInput(of, request);
});

export const readInput = <Of extends Operation>(of: Of, request: FastifyRequest): InputOf<Of> => {
  const params = of.params.safeParse(request.params ?? {});
  const query = of.query.safeParse(request.query ?? {});
  const body = (of.body ?? noBody).safeParse(request.body ?? undefined);
  const errors = [
    ...unbearable(request),
    ...(params.success ? [] : fieldErrors(params.error)),
    ...(query.success ? [] : fieldErrors(query.error, (keys) => `?${pointer(keys).slice(1)}`)),
    ...(body.success ? [] : fieldErrors(body.error)),
  ];
  if (errors.length > 0 || !params.success || !query.success || !body.success) throw invalid(errors);
  return {
    params: params.data,
    query: query.data,
    body: body.data,
    context: commandContext(request, reasonIn(body.data) ?? reasonIn(query.data)),
  } as InputOf<Of>;
};

/** A NUL can be written in a URL, too; the body's reader has looked at the body. */
const unbearable = ({ params, query }: FastifyRequest): FieldError[] => {
  const inPath = findUnbearable(params);
  const inQuery = findUnbearable(query);
  return [
    ...(inPath ? [inPath] : []),
    ...(inQuery ? [{ ...inQuery, path: `?${inQuery.path.slice(1)}` }] : []),
  ];
};

const noBody = z.undefined({ error: 'this request takes no body' });

const reasonIn = (input: unknown): string | undefined =>
  typeof input === 'object' && input !== null && 'reason' in input && typeof input.reason === 'string'
    ? input.reason
    : undefined;

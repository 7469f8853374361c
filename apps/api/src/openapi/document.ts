import { z } from 'zod';
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from 'zod-openapi';
import type { Operation } from '../http/operation';
import { reasonText } from '../schemas/common';

type Document = ReturnType<typeof createDocument>;

const problem = z
  .strictObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.string().meta({ description: 'Stable; meant for programs' }),
    detail: z.string().meta({ description: 'Meant for people' }),
    errors: z
      .array(z.strictObject({ path: z.string(), message: z.string() }))
      .optional()
      .meta({
        description:
          'path is a JSON Pointer into the body, ?name for a query parameter, /name for a path parameter, or the name of a header',
      }),
    correlationId: z.string(),
  })
  .meta({ id: 'Problem', description: 'RFC 9457' });

/** The OpenAPI 3.1 document of these operations, from the very schemas that requests are checked with. */
export const openapiDocument = (operations: readonly Operation[], version: string): Document => {
  const paths: ZodOpenApiPathsObject = {};
  for (const of of operations) {
    const method = of.method.toLowerCase() as 'get' | 'put' | 'post' | 'delete';
    paths[of.path] = { ...paths[of.path], [method]: describe(of) };
  }
  return createDocument({
    openapi: '3.1.0',
    info: {
      title: 'Keelson',
      version,
      description: 'Event-sourced rollout orchestrator for fleets of Kubernetes clusters',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    tags: [...new Set(operations.map(({ tag }) => tag))].map((name) => ({ name })),
    security: [{ bearer: [] }],
    paths,
    components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } },
  });
};

const describe = (of: Operation): ZodOpenApiOperationObject => ({
  operationId: of.id,
  tags: [of.tag],
  summary: of.summary,
  ...(of.description ? { description: of.description } : {}),
  ...(of.open ? { security: [] } : {}),
  requestParams: { path: of.params, query: of.query, header: z.object(headers(of)) },
  ...(of.body
    ? { requestBody: { required: true, content: { 'application/json': { schema: of.body } } } }
    : {}),
  responses: {
    [of.status]: {
      description: of.status === 202 ? 'Recorded; what follows from it is under way' : 'The answer',
      content: content(of),
    },
    default: {
      description: 'A problem; nothing was changed',
      content: { 'application/problem+json': { schema: problem } },
    },
  },
});

const content = ({ answer, media = [] }: Operation) => ({
  ...(answer ? { 'application/json': { schema: answer } } : {}),
  ...Object.fromEntries(media.map((type) => [type, { schema: z.string() }])),
});

const headers = ({ method, open, tag }: Operation): Record<string, z.ZodType> => {
  if (open) return {};
  if (method === 'POST') {
    const description =
      'A name for this request: sent again with the same body it returns the first answer, with another body 422. Refusals are not kept.';
    return { 'Idempotency-Key': z.string().min(1).max(255).optional().meta({ description }) };
  }
  if (method === 'DELETE') return { 'Keelson-Reason': reasonText.optional() };
  if (method !== 'GET') return {};
  const description = 'Answers once the read model has reached this position; 504 after 10 s';
  const wait = { 'Keelson-Min-Position': z.int().min(0).optional().meta({ description }) };
  return tag === 'Events' ? { ...wait, 'Last-Event-ID': z.int().min(0).optional() } : wait;
};

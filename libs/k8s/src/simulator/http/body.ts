import { type IncomingMessage } from 'node:http';
import { type KubeObject } from '@keelson/domain';
import { parse } from 'yaml';
import { ApiError, badRequest, plainError, invalid, unsupportedMediaType } from '../api/api-error';
import { undecodable } from '../api/names';
import { type ResourceType } from '../api/resource-type';
import { type ResourcePath } from './target';
import { dropNulls, isObject } from '../json';

/** The limit of a real API server, in bytes. */
const LIMIT = 3 * 1024 * 1024;

export function readBody(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= LIMIT) chunks.push(chunk);
    });
    request.on('end', () => {
      if (size <= LIMIT) resolve(Buffer.concat(chunks).toString('utf8'));
      else
        reject(new ApiError(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${LIMIT}`, {}));
    });
    request.on('error', reject);
  });
}

export const mediaTypeOf = (request: IncomingMessage): string =>
  (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';

/** JSON is YAML too, but JSON.parse is some forty times faster and most clients send JSON. */
export function parseBody(text: string): unknown {
  try {
    const first = text.trimStart()[0];
    return first === '{' || first === '[' ? JSON.parse(text) : parse(text);
  } catch (error) {
    throw badRequest(`error decoding the body: ${error instanceof Error ? error.message : String(error)}`);
  }
}

const OBJECT_TYPES = ['application/json', 'application/yaml', ''];

/** The body of POST and PUT. */
export function decodeObject(
  type: ResourceType,
  path: ResourcePath,
  mediaType: string,
  text: string,
): KubeObject {
  if (!OBJECT_TYPES.includes(mediaType)) {
    throw unsupportedMediaType(mediaType, ['application/json', 'application/yaml']);
  }
  return checkedObject(type, path, parseBody(text));
}

/** Checks that a body is an object of the path's kind, name and namespace, and decodes it as a typed server would. */
export function checkedObject(
  type: ResourceType,
  path: ResourcePath,
  parsed: unknown,
  verb?: 'apply',
): KubeObject {
  if (!isObject(parsed)) {
    throw badRequest(
      `the object provided is unrecognized (must be of type ${type.kind}): it is not an object`,
    );
  }
  const { apiVersion = path.apiVersion, kind = type.kind } = parsed;
  if (apiVersion !== path.apiVersion || kind !== type.kind) {
    throw badRequest(
      `the object provided is unrecognized (must be of type ${type.kind}): ${String(apiVersion)}, Kind=${String(kind)} does not match the expected ${path.apiVersion}, Kind=${type.kind}`,
    );
  }
  const body = dropNulls(parsed);
  const metadata = isObject(body.metadata) ? body.metadata : {};
  const wrong = undecodable(type, body);
  if (wrong && verb === 'apply') {
    throw plainError(
      `failed to create typed patch object: .${wrong.path}.${wrong.key}: expected string, got &value.valueUnstructured{Value:${wrong.value}}`,
    );
  }
  if (wrong) {
    throw badRequest(
      `${type.kind} in version ${JSON.stringify(path.apiVersion)} cannot be handled as a ${type.kind}: json: cannot unmarshal ${wrong.found} into Go struct field ${type.kind}.${wrong.path} of type string`,
    );
  }
  return { ...body, apiVersion, kind, metadata: { ...metadata, ...identity(type, path, metadata) } };
}

function identity(type: ResourceType, path: ResourcePath, metadata: Record<string, unknown>) {
  const name = metadata.name ?? path.name;
  if (name !== undefined && typeof name !== 'string') {
    throw invalid(type, '', [
      { reason: 'FieldValueInvalid', field: 'metadata.name', message: 'must be a string' },
    ]);
  }
  if (path.name !== undefined && name !== path.name) {
    throw badRequest(
      `the name of the object (${name ?? ''}) does not match the name on the URL (${path.name})`,
    );
  }
  if (
    path.namespace !== undefined &&
    metadata.namespace !== undefined &&
    metadata.namespace !== path.namespace
  ) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  return { name: name ?? '', ...(path.namespace === undefined ? {} : { namespace: path.namespace }) };
}

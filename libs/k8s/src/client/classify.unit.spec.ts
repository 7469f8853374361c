import { UnknownKindError } from '../discovery/discovery';
import { classify, ClassifiedError } from './classify';
import { ApiError, NetworkError } from './errors';

const api = (status: number, reason = '', message = 'm', details?: object) =>
  new ApiError(status, reason, message, details);

describe('classify', () => {
  it.each([
    [api(400, 'BadRequest'), 'terminal'],
    [api(401, 'Unauthorized'), 'unauthorized'],
    [api(403, 'Forbidden', 'exceeded quota'), 'terminal'],
    [api(403, 'Forbidden', 'm', { causes: [{ reason: 'NamespaceTerminating' }] }), 'transient'],
    [api(404, 'NotFound'), 'notFound'],
    [api(405), 'terminal'],
    [api(408), 'transient'],
    [api(409, 'Conflict'), 'conflict'],
    [api(409, 'AlreadyExists'), 'conflict'],
    [api(410, 'Expired'), 'gone'],
    [api(413), 'terminal'],
    [api(422, 'Invalid'), 'terminal'],
    [api(429, 'TooManyRequests'), 'transient'],
    [api(500, 'InternalError', 'failed calling webhook "x": connection refused'), 'transient'],
    [api(500, '', 'failed to create typed patch object: .spec.x: field not declared in schema'), 'terminal'],
    [api(503, 'ServiceUnavailable'), 'transient'],
    [api(504, 'Timeout'), 'transient'],
    [new NetworkError('refused', 'm'), 'unreachable'],
    [new NetworkError('dns', 'm'), 'unreachable'],
    [new NetworkError('tls', 'm'), 'unreachable'],
    [new NetworkError('timeout', 'm'), 'unreachable'],
    [new NetworkError('reset', 'm'), 'transient'],
    [new NetworkError('other', 'm'), 'transient'],
    [new UnknownKindError('example.com/v1', 'Widget'), 'terminal'],
    [new ClassifiedError('conflict', 'm'), 'conflict'],
    [new DOMException('stopped', 'AbortError'), 'transient'],
    [new TypeError('a fault of ours'), 'terminal'],
    ['text', 'terminal'],
  ])('%s is %s', (error, kind) => {
    expect(classify(error).kind).toBe(kind);
  });

  it('passes on how long to wait', () => {
    expect(classify(new ApiError(429, '', 'm', undefined, 1500))).toEqual({
      kind: 'transient',
      message: 'm',
      retryAfterMs: 1500,
    });
    expect(classify(api(429))).not.toHaveProperty('retryAfterMs');
  });
});

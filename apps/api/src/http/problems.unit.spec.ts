import { HttpException } from '@nestjs/common';
import { ConcurrencyError, DeadlineError, StoppedError, UnstorableEventError } from '@keelson/event-store';
import { z } from 'zod';
import { fieldErrors } from './field-errors';
import { missingRoute } from './missing-route';
import { invalid, Problem, problemBody, rejected } from './problem';
import { toProblem } from './to-problem';

const withCode = (code: string): Error => Object.assign(new Error('inner words'), { code });

describe('errors as problems', () => {
  it.each([
    ['a problem', new Problem(409, 'x', 'y'), 409, 'x'],
    ['too large', new HttpException('FST', 413), 413, 'body-too-large'],
    ['another type', new HttpException('FST', 415), 415, 'unsupported-media-type'],
    ['late', new DeadlineError('late'), 504, 'deadline-exceeded'],
    ['contention', new ConcurrencyError('s', 1, 8), 503, 'too-much-contention'],
    ['stopping', new StoppedError('stopped'), 503, 'shutting-down'],
    ['not storable', new UnstorableEventError('no JSON'), 422, 'not-storable'],
    ['no read model', withCode('42P01'), 503, 'read-model-not-ready'],
    ['no database', withCode('ECONNREFUSED'), 503, 'database-unavailable'],
    ['a database that stops', withCode('57P01'), 503, 'database-unavailable'],
    ['a mistake', new TypeError('inner words'), 500, 'internal-error'],
    ['no error at all', 'inner words', 500, 'internal-error'],
    ['nothing', undefined, 500, 'internal-error'],
  ])('%s', (_, error, status, code) => {
    const problem = toProblem(error);
    expect(problem).toMatchObject({ status, code });
    expect(problem.detail).not.toContain('inner words');
  });

  it('of deciders keep code and paths', () => {
    const errors = [{ path: '/workload', message: 'm' }];
    expect(rejected({ kind: 'invalid', code: 'a-b', message: 'm', errors })).toMatchObject({
      status: 422,
      code: 'a-b',
      errors,
    });
    expect(rejected({ kind: 'conflict', code: 'a', message: 'm' }).status).toBe(409);
    expect(rejected({ kind: 'notFound', code: 'a', message: 'm' }).status).toBe(404);
  });

  it('tell the first hundred errors', () => {
    const errors = Array.from({ length: 150 }, (_, i) => ({ path: `/${i}`, message: 'm' }));
    const body = problemBody(invalid(errors), 'c');
    expect(body.errors).toHaveLength(100);
    expect(body.detail).toBe('/0: m (and 149 more)');
    expect(body).toMatchObject({ title: 'Unprocessable Content', correlationId: 'c' });
  });
});

describe('field errors', () => {
  const schema = z.strictObject({ a: z.strictObject({ 'b/c': z.array(z.string()) }) });

  it.each([
    [{ a: { 'b/c': ['x', 1] } }, ['/a/b~1c/1']],
    [{ a: { 'b/c': [], d: 1, e: 2 }, f: 3 }, ['/a/d', '/a/e', '/f']],
    [{}, ['/a']],
    [[], ['']],
  ])('are JSON Pointers: %j', (input, paths) => {
    const { error } = schema.safeParse(input);
    expect(fieldErrors(error as z.ZodError).map(({ path }) => path)).toEqual(paths);
  });

  it('say what is known and not available yet', () => {
    const { error } = z.strictObject({}).safeParse({ asOf: 1, colour: 1 });
    const inQuery = fieldErrors(error as z.ZodError, ([key]) => `?${String(key)}`);
    expect(inQuery.map(({ message }) => message)).toEqual([
      'as-of queries are not available yet',
      'unknown field',
    ]);
  });
});

describe('a route that is missing', () => {
  const explain = missingRoute([
    { method: 'GET', path: '/v1/runs/{id}' },
    { method: 'PUT', path: '/v1/clusters/{name}' },
    { method: 'GET', path: '/v1/clusters/{name}' },
    { method: 'GET', path: '/openapi.json' },
  ]);

  it.each([
    ['POST', '/v1/runs/x', 405, 'method-not-allowed'],
    ['GET', '/v1/runs/x/y', 404, 'route-not-found'],
    ['GET', '/v1/runs/x/', 404, 'route-not-found'],
    ['GET', '/openapiXjson', 404, 'route-not-found'],
    ['POST', '/v1/tokens?now=1', 404, 'not-available-yet'],
    ['GET', '/v1/runs/x/actions', 404, 'route-not-found'],
    ['DELETE', '/v1/tokens/ci', 404, 'not-available-yet'],
  ])('%s %s', (method, url, status, code) => {
    expect(explain(method, url)).toMatchObject({ status, code });
  });

  it('tells the methods that there are', () => {
    expect(explain('POST', '/v1/clusters/a?x=1').headers).toEqual({ allow: 'PUT, GET' });
  });
});

import type { FastifyRequest } from 'fastify';
import { accepts } from './accepts';
import { adminAuthentication, hashToken } from './authentication';
import { commandContext } from './command-context';
import { correlationId } from './correlation';

describe('the token', () => {
  const authenticate = adminAuthentication(hashToken('right'));
  it.each([
    ['right', 'admin'],
    ['Right', undefined],
    ['right ', undefined],
    ['', undefined],
  ])('"%s" belongs to %s', (token, actor) => expect(authenticate(token)).toBe(actor));
});

describe('the correlation id', () => {
  const idOf = (value?: string | string[]): string =>
    correlationId({ headers: value === undefined ? {} : { 'x-request-id': value } });

  it('is the client’s', () => expect(idOf('trace-7')).toBe('trace-7'));

  it.each([[undefined], [''], ['a b'], ['a\nb'], ['x'.repeat(129)], [['a', 'b']]])(
    'is new for %p',
    (value) => {
      expect(idOf(value)).toMatch(/^[0-9a-f-]{36}$/);
      expect(idOf(value)).not.toBe(idOf(value));
    },
  );
});

describe('the media type', () => {
  it.each([
    ['application/x-ndjson', true],
    ['text/html, Application/X-NDJSON; q=0.5', true],
    ['application/x-ndjson, application/json', true],
    ['application/json, application/x-ndjson', false],
    ['*/*', false],
    [undefined, false],
  ])('%s', (accept, answer) => {
    expect(accepts({ headers: accept === undefined ? {} : { accept } }, 'application/x-ndjson')).toBe(answer);
  });
});

describe('the context of a command', () => {
  const request = (change: object): FastifyRequest =>
    ({
      method: 'POST',
      url: '/v1/applications/shop/scale?x=1',
      id: 'trace',
      actor: 'admin',
      headers: {},
      body: { b: 1, a: 2 },
      ...change,
    }) as FastifyRequest;
  const keyed = (change: object = {}) => request({ headers: { 'idempotency-key': 'k' }, ...change });

  it('has a new command id each time, unless a key names the request', () => {
    expect(commandContext(request({}), undefined)).toEqual({
      commandId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      correlationId: 'trace',
      actor: 'admin',
    });
    const id = (from: FastifyRequest) => commandContext(from, undefined).commandId;
    expect(id(request({}))).not.toBe(id(request({})));
    expect(id(keyed())).toBe(id(keyed({ body: {}, id: 'other' })));
    expect(id(keyed())).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    for (const other of [{ actor: 'b' }, { url: '/v1/x' }, { headers: { 'idempotency-key': 'l' } }]) {
      expect(id(keyed(other))).not.toBe(id(keyed()));
    }
  });

  it('knows the same body whatever the order of its fields', () => {
    const hash = (body: unknown) => commandContext(keyed({ body }), undefined).idempotency?.requestHash;
    expect(hash({ b: 1, a: 2 })).toBe(hash({ a: 2, b: 1 }));
    expect(hash({ b: 1, a: 2 })).not.toBe(hash({ a: 2, b: 2 }));
    expect(hash(undefined)).toBe(hash(null));
  });

  it('does not look at keys of what is idempotent by itself', () => {
    expect(commandContext(keyed({ method: 'PUT' }), undefined).idempotency).toBeUndefined();
  });

  it('takes the reason from the body, else from the header', () => {
    const headers = { 'keelson-reason': ' a trial ' };
    expect(commandContext(request({ headers }), undefined).reason).toBe('a trial');
    expect(commandContext(request({ headers }), 'given').reason).toBe('given');
    expect(() => commandContext(request({ headers: { 'keelson-reason': '' } }), undefined)).toThrow(
      /Keelson-Reason/,
    );
  });
});

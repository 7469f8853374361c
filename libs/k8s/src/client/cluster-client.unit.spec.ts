import { createServer, type AddressInfo, type Socket } from 'node:net';
import { json, refusal, ScriptedServer, until, type Script } from '../testing/scripted-server.spec';
import { ClusterClient, type ClientOptions } from './cluster-client';
import { ApiError, NetworkError } from './errors';

describe('ClusterClient', () => {
  let server: ScriptedServer;
  const clients: ClusterClient[] = [];

  beforeEach(async () => {
    server = await ScriptedServer.start((call, response) => json(response, 200, { path: call.path }));
  });
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.close()));
    await server.close();
  });

  const client = (options: ClientOptions = {}, connection: object = {}): ClusterClient => {
    const made = new ClusterClient({ server: server.url, ...connection }, options);
    clients.push(made);
    return made;
  };
  const failure = (promise: Promise<unknown>): Promise<any> =>
    promise.then(
      () => Promise.reject(new Error('it passed')),
      (error: unknown) => error,
    );
  const answer = (script: Script) => void (server.script = script);

  it('opens new connections when the old ones are given up, and ends what waits on those', async () => {
    const ports: (number | undefined)[] = [];
    answer((call, response) => {
      ports.push(response.socket?.remotePort);
      if (call.path !== '/silent') json(response, 200, {});
    });
    const renewed = client();
    await renewed.request('GET', '/x');
    await renewed.request('GET', '/x');
    await renewed.request('GET', '/x', { outOfTurn: true });
    const waiting = failure(renewed.request('GET', '/silent'));
    await until('it is asked', () => ports.length === 4);
    renewed.renew();
    expect(await waiting).toMatchObject({ name: 'NetworkError', kind: 'timeout' });
    await renewed.request('GET', '/x');
    await renewed.request('GET', '/x', { outOfTurn: true });
    const [fifth, sixth] = ports.slice(4);
    expect(ports.slice(0, 4)).not.toContain(fifth);
    expect(ports.slice(0, 4)).not.toContain(sixth);
  });

  it('keeps the path prefix of the server and leaves out empty query parameters', async () => {
    const prefixed = client({}, { server: `${server.url}/clusters/eu-1/` });
    await expect(
      prefixed.request('GET', '/api/v1/pods', { query: { limit: 1, continue: undefined } }),
    ).resolves.toEqual({ path: '/clusters/eu-1/api/v1/pods' });
    expect(server.calls[0]?.query).toEqual({ limit: '1' });
  });

  it.each([
    ['a token', { token: 'abc' }, 'Bearer abc'],
    ['a name and password', { username: 'u', password: 'p' }, `Basic ${btoa('u:p')}`],
    ['nothing', {}, undefined],
  ])('authorises with %s', async (_name, connection, expected) => {
    await client({}, connection).request('GET', '/version');
    expect(server.calls[0]?.headers.authorization).toBe(expected);
  });

  it('sends a Content-Length with a DELETE that has a body', async () => {
    await client().request('DELETE', '/x', { body: { kind: 'DeleteOptions' } });
    expect(server.calls[0]?.headers['content-length']).toBe('24');
    expect(server.calls[0]?.body).toEqual({ kind: 'DeleteOptions' });
  });

  it('keeps its connection, also after a DELETE with a body', async () => {
    const ports = new Set<number | undefined>();
    answer((_call, response) => {
      ports.add(response.socket?.remotePort);
      json(response, 200, {});
    });
    const kept = client({ maxConcurrent: 1 });
    for (const method of ['DELETE', 'PATCH', 'POST', 'PUT', 'DELETE'] as const)
      await kept.request(method, '/x', { body: {} });
    await kept.request('GET', '/x');
    expect(ports.size).toBe(1);
  });

  it('gives plain text as text', async () => {
    answer((_call, response) => response.writeHead(200, { 'content-type': 'text/plain' }).end('ok'));
    await expect(client().request('GET', '/readyz')).resolves.toBe('ok');
  });

  it('throws a Status as an ApiError', async () => {
    const details = { name: 'a', kind: 'configmaps' };
    answer((_call, response) =>
      json(response, 429, refusal(429, 'TooManyRequests', 'slow down', details), { 'retry-after': '3' }),
    );
    const error = await failure(client().request('GET', '/x'));
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({
      status: 429,
      reason: 'TooManyRequests',
      message: 'slow down',
      details,
      retryAfterMs: 3000,
    });
  });

  it("keeps the beginning of a proxy's page", async () => {
    answer((_call, response) => response.writeHead(502).end(`<html>${'x'.repeat(1000)}`));
    const error = await failure(client().request('GET', '/x'));
    expect(error).toMatchObject({ status: 502, reason: '' });
    expect(error.message).toMatch(/^HTTP 502: <html>x/);
    expect(error.message.length).toBeLessThan(250);
  });

  it('times a request out from its turn, not from the queue', async () => {
    answer((_call, response) => setTimeout(() => json(response, 200, {}), 60));
    const narrow = client({ maxConcurrent: 1, requestTimeoutMs: 150 });
    await Promise.all(Array.from({ length: 5 }, () => narrow.request('GET', '/x')));
    expect(server.calls).toHaveLength(5);
  });

  it('throws a timeout for a server that is silent', async () => {
    answer(() => undefined);
    const error = await failure(client({ requestTimeoutMs: 50 }).request('GET', '/x'));
    expect(error).toBeInstanceOf(NetworkError);
    expect(error.kind).toBe('timeout');
  });

  it('throws a timeout for a connection that does not come about, and serves the next one in line', async () => {
    const accepted: Socket[] = [];
    const silent = createServer((socket) => accepted.push(socket.on('error', () => undefined)));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    // A TCP connection is accepted, and the TLS of it is never answered.
    const url = `https://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    const waiting = client({ maxConcurrent: 1, connectTimeoutMs: 60_000 }, { server: url });
    const errors = await Promise.all(
      ['/a', '/b'].map((path) => failure(waiting.request('GET', path, { timeoutMs: 50 }))),
    );
    expect(errors.map(({ kind }) => kind as string)).toEqual(['timeout', 'timeout']);
    silent.close();
    for (const socket of accepted) socket.destroy();
  });

  it('throws a timeout for an answer that stops in the middle', async () => {
    answer((_call, response) => response.writeHead(200, { 'content-type': 'application/json' }).write('{"a'));
    const error = await failure(client().request('GET', '/x', { timeoutMs: 50 }));
    expect(error.kind).toBe('timeout');
  });

  it('never has more requests in flight than it may', async () => {
    let now = 0;
    let most = 0;
    answer((_call, response) => {
      most = Math.max(most, ++now);
      setTimeout(() => {
        now -= 1;
        json(response, 200, {});
      }, 5);
    });
    const narrow = client({ maxConcurrent: 3 });
    await Promise.all(Array.from({ length: 30 }, () => narrow.request('GET', '/x')));
    expect(most).toBe(3);
    expect(await server.connections()).toBe(3);
  });

  it('gives up with the reason of its caller, queued or in flight', async () => {
    answer(() => undefined);
    const narrow = client({ maxConcurrent: 1 });
    const controller = new AbortController();
    const both = [1, 2].map(() => failure(narrow.request('GET', '/x', { signal: controller.signal })));
    await until('the first is under way', () => server.calls.length === 1);
    const reason = new Error('enough');
    controller.abort(reason);
    expect(await Promise.all(both)).toEqual([reason, reason]);
    answer((_call, response) => json(response, 200, 'free'));
    await expect(narrow.request('GET', '/x')).resolves.toBe('free');
  });

  it('tries once more after a reset, but not a POST', async () => {
    answer((call, response) => {
      if (server.calls.length === 1) response.socket?.destroy();
      else json(response, 200, call.method);
    });
    await expect(client().request('PATCH', '/x', { body: {} })).resolves.toBe('PATCH');
    server.calls.length = 0;
    expect(await failure(client().request('POST', '/x', { body: {} }))).toMatchObject({ kind: 'reset' });
  });

  it('does not try once more what had been waited for', async () => {
    answer((_call, response) => void setTimeout(() => response.socket?.destroy(), 1_200));
    expect(await failure(client().request('PATCH', '/x', { body: {} }))).toMatchObject({ kind: 'reset' });
    expect(server.calls).toHaveLength(1);
  });

  it('refuses an answer that is larger than it may be, or not JSON', async () => {
    answer((_call, response) => json(response, 200, 'x'.repeat(5000)));
    const small = client({ maxBodyBytes: 1000 });
    expect(await failure(small.request('GET', '/x'))).toMatchObject({
      kind: 'other',
      message: /larger than 1000/,
    });
    answer((_call, response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{"a'));
    expect(await failure(small.request('GET', '/x'))).toMatchObject({ kind: 'other', message: /not JSON/ });
  });

  it.each([
    ['refused', () => 'http://127.0.0.1:1'],
    ['dns', () => 'http://no-such-host.invalid'],
    ['tls', () => server.url.replace('http:', 'https:')],
  ])('tells a connection that fails by %s', async (kind, url) => {
    const error = await failure(client({}, { server: url() }).request('GET', '/version'));
    expect(error).toBeInstanceOf(NetworkError);
    expect(error.kind).toBe(kind);
  });

  describe('streams', () => {
    const read = async (chunks: AsyncIterable<Uint8Array>) => {
      let text = '';
      for await (const chunk of chunks) text += Buffer.from(chunk).toString('utf8');
      return text;
    };
    const never = new AbortController().signal;

    it('reads to the end', async () => {
      answer((_call, response) => response.end('one\ntwo\n'));
      expect(await read(await client().stream('/x', {}, never))).toBe('one\ntwo\n');
    });

    it('refuses like a request', async () => {
      answer((_call, response) => json(response, 410, refusal(410, 'Expired', 'too old')));
      expect(await failure(client().stream('/x', {}, never))).toMatchObject({
        status: 410,
        reason: 'Expired',
      });
    });

    it('never starves requests', async () => {
      answer((call, response) => {
        if (call.path === '/request') json(response, 200, 'done');
        else response.writeHead(200).flushHeaders();
      });
      const narrow = client({ maxConcurrent: 1 });
      const controller = new AbortController();
      const streams = await Promise.all([1, 2, 3].map(() => narrow.stream('/watch', {}, controller.signal)));
      await expect(narrow.request('GET', '/request')).resolves.toBe('done');
      const reason = new Error('over');
      const ends = streams.map((stream) => failure(read(stream)));
      controller.abort(reason);
      expect(await Promise.all(ends)).toEqual([reason, reason, reason]);
    });

    it('gives up on a server that never answers', async () => {
      answer(() => undefined);
      const error = await failure(client({ requestTimeoutMs: 50 }).stream('/x', {}, never));
      expect(error).toMatchObject({ name: 'NetworkError', kind: 'timeout' });
    });

    it('tells a cut connection', async () => {
      answer((_call, response) => {
        response.writeHead(200);
        response.write('half');
        setImmediate(() => response.socket?.destroy());
      });
      expect(await failure(client().stream('/x', {}, never).then(read))).toMatchObject({ kind: 'reset' });
    });
  });

  it('closes every connection', async () => {
    const closing = client();
    await closing.request('GET', '/x');
    await closing.close();
    await expect(closing.request('GET', '/x')).rejects.toBeInstanceOf(NetworkError);
  });
});

import type { LookupFunction } from 'node:net';
import { type HttpProvider, type PrometheusProvider, type Verification } from '@keelson/domain';
import { flood, Outside, type Handler } from './outside.spec';
import { takeMeasurement, type MeasurementDeps } from './take-measurement';

const deps: MeasurementDeps = {
  context: { run: 'shop-7', application: 'shop', version: '1.4+rc', namespace: 'prod' },
  gate: 'canary/after/0',
  index: 0,
};
const signal = new AbortController().signal;
const take = (verification: Verification, more: Partial<MeasurementDeps> = {}) =>
  takeMeasurement(verification, { ...deps, ...more }, signal);

describe('a measurement over the network', () => {
  let outside: Outside;
  let other: Outside;

  beforeEach(async () => {
    [outside, other] = [new Outside(), new Outside()];
    await Promise.all([outside.start(), other.start()]);
  });
  afterEach(() => Promise.all([outside.stop(), other.stop()]));

  const query = (change: Partial<PrometheusProvider> = {}): Verification => ({
    type: 'Verification',
    provider: { prometheus: { address: outside.url, query: 'error_rate', ...change } },
    successCondition: 'result < 0.01',
    failureCondition: 'result > 0.05',
  });
  const http = (path: string, change: Partial<HttpProvider> = {}): Verification => ({
    type: 'Verification',
    provider: { http: { url: path.startsWith('/') ? outside.url + path : path, ...change } },
    successCondition: 'result.ok',
  });
  const vector = (...values: string[]) => ({
    status: 'success',
    data: { resultType: 'vector', result: values.map((value) => ({ metric: {}, value: [1, value] })) },
  });

  describe('by Prometheus', () => {
    it.each([
      ['0.001', 'Successful'],
      ['0.03', 'Inconclusive'],
      ['0.2', 'Failed'],
      ['NaN', 'Inconclusive'],
    ])('judges %s as %s', async (value, outcome) => {
      outside.json('/api/v1/query', vector(value));
      expect((await take(query())).outcome).toBe(outcome);
    });

    it('asks below the path of the address, with variables and a time limit', async () => {
      outside.json('/prefix/api/v1/query', vector('0'));
      const address = `${outside.url}/prefix/`;
      const { outcome } = await take(query({ address, query: 'x{v="{{version}}"} & y', timeout: '2s' }));
      expect(outcome).toBe('Successful');
      const asked = new URL(outside.seen[0]?.url ?? '', outside.url).searchParams;
      expect(Object.fromEntries(asked)).toEqual({ query: 'x{v="1.4+rc"} & y', timeout: '2000ms' });
    });

    it.each<[string, Handler, RegExp]>([
      [
        'its own error',
        (_, response) =>
          response.writeHead(400).end('{"status":"error","errorType":"bad_data","error":"parse error"}'),
        /^status 400: bad_data: parse error/,
      ],
      ['a page before it', (_, response) => response.writeHead(502).end('<html>'), /^status 502: .*not JSON/],
      ['bad JSON', (_, response) => response.end('{"status":'), /not JSON/],
      ['a lost connection', (request) => request.socket.destroy(), /closed|reset|socket/i],
      [
        'half an answer',
        (request, response) => {
          response.writeHead(200, { 'content-length': '1000' });
          response.write('{"status":', () => request.socket.destroy());
        },
        /closed|terminated|aborted|length|socket/i,
      ],
    ])('%s is an Error', async (_, handler, message) => {
      outside.on('/api/v1/query', handler);
      expect(await take(query())).toEqual({ outcome: 'Error', message: expect.stringMatching(message) });
    });

    it('an empty vector is an Error that says so', async () => {
      outside.json('/api/v1/query', vector());
      expect(await take(query())).toMatchObject({
        outcome: 'Error',
        message: expect.stringContaining('no samples'),
      });
    });
  });

  describe('by HTTP', () => {
    it('judges the answer', async () => {
      outside.json('/health', { ok: true });
      expect(await take(http('/health'))).toMatchObject({ outcome: 'Successful', value: { ok: true } });
    });

    it('sends what it was told, with variables', async () => {
      outside.json('/check', { ok: true });
      const headers = { 'X-Run': '{{run}}', 'User-Agent': 'mine' };
      await take(http('/check?v={{version}}', { method: 'POST', headers, body: { version: '{{version}}' } }));
      expect(outside.seen).toMatchObject([
        {
          method: 'POST',
          url: '/check?v=1.4%2Brc',
          headers: { 'x-run': 'shop-7', 'user-agent': 'mine', 'content-type': 'application/json' },
          body: '{"version":"1.4+rc"}',
        },
      ]);
    });

    it('takes an empty answer as null', async () => {
      outside.on('/empty', (_, response) => response.writeHead(204).end());
      const verification = { ...http('/empty'), successCondition: 'result == null && status == 204' };
      expect((await take(verification)).outcome).toBe('Successful');
    });

    it.each<[string, Handler, RegExp]>([
      [
        'a failure of the server',
        (_, response) => response.writeHead(500).end('{"ok":true}'),
        /status is 500/,
      ],
      ['what is not JSON', (_, response) => response.end('<html>'), /not JSON: <html>/],
      ['a body without end', (_, response) => flood(response), /larger than 1048576 bytes/],
      [
        'too many redirects',
        (_, response) => response.writeHead(302, { location: '/bad' }).end(),
        /redirects/,
      ],
      [
        'a redirect to no URL',
        (_, response) => response.writeHead(302, { location: 'http://' }).end(),
        /not a URL/,
      ],
      [
        'another scheme',
        (_, response) => response.writeHead(302, { location: 'file:///etc/passwd' }).end(),
        /file:/,
      ],
      [
        'a redirect to the metadata service',
        (_, response) => response.writeHead(307, { location: 'http://169.254.169.254/latest' }).end(),
        /169\.254\.169\.254 is a link-local/,
      ],
      [
        'a redirect whose own body has no end, and which leads nowhere',
        (_, response) => {
          response.writeHead(302, { location: '/nowhere' });
          flood(response);
        },
        /status is 404/,
      ],
    ])('%s is an Error', async (_, handler, message) => {
      outside.on('/bad', handler);
      expect(await take(http('/bad'))).toEqual({ outcome: 'Error', message: expect.stringMatching(message) });
    });

    it('an answer of a megabyte is still read', async () => {
      outside.json('/large', { ok: true, fill: 'x'.repeat(1024 * 1024 - 24) });
      expect((await take(http('/large'))).outcome).toBe('Successful');
      outside.json('/large', { ok: true, fill: 'x'.repeat(1024 * 1024) });
      expect((await take(http('/large'))).outcome).toBe('Error');
    });

    it('does not wait beyond its time, for an answer or for its end', async () => {
      outside.on('/never', () => undefined);
      outside.on('/slowly', (_, response) => response.write('{"ok":'));
      for (const path of ['/never', '/slowly']) {
        const started = performance.now();
        expect(await take(http(path, { timeout: '60ms' }))).toEqual({
          outcome: 'Error',
          message: 'no answer within 0.06 s',
        });
        expect(performance.now() - started).toBeLessThan(2000);
      }
    });

    it('follows redirects: POST becomes GET by 302, and stays by 307', async () => {
      outside.redirect('/302', '/health', 302);
      outside.redirect('/307', '/health', 307);
      outside.json('/health', { ok: true });
      for (const path of ['/302', '/307']) {
        expect((await take(http(path, { method: 'POST', body: { a: 1 } }))).outcome).toBe('Successful');
      }
      expect(outside.seen.map(({ method, url, body }) => [method, url, body])).toEqual([
        ['POST', '/302', '{"a":1}'],
        ['GET', '/health', ''],
        ['POST', '/307', '{"a":1}'],
        ['POST', '/health', '{"a":1}'],
      ]);
    });

    it('tells another origin nothing that was meant for the first', async () => {
      outside.redirect('/away', `${other.url}/health`, 307);
      other.json('/health', { ok: true });
      const { outcome } = await take(http('/away', { headers: { 'x-key': 'k' } }));
      expect(outcome).toBe('Successful');
      expect(outside.seen[0]?.headers['x-key']).toBe('k');
      expect(other.seen[0]?.headers).toMatchObject({ accept: 'application/json' });
      expect(other.seen[0]?.headers['x-key']).toBeUndefined();
    });
  });

  describe('by a name', () => {
    const resolving =
      (...addresses: string[]): LookupFunction =>
      (_, options, callback) => {
        const found = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
        if (options.all) callback(null, found);
        else callback(null, found[0]?.address ?? '', found[0]?.family);
      };

    it('that leads to a private address is asked', async () => {
      outside.json('/health', { ok: true });
      const verification = http(`http://prometheus.test:${outside.port}/health`);
      expect((await take(verification, { lookup: resolving('127.0.0.1') })).outcome).toBe('Successful');
    });

    it.each([['169.254.169.254'], ['127.0.0.1', 'fe80::1'], ['::ffff:169.254.1.1']])(
      'that leads to %s is not',
      async (...addresses) => {
        outside.json('/health', { ok: true });
        const verification = http(`http://metadata.test:${outside.port}/health`);
        expect(await take(verification, { lookup: resolving(...addresses) })).toEqual({
          outcome: 'Error',
          message: expect.stringMatching(/^metadata\.test \(.*\) is a link-local or metadata address/),
        });
        expect(outside.seen).toEqual([]);
      },
    );

    it('that does not exist is an Error', async () => {
      const lookup: LookupFunction = (hostname, _, callback) =>
        callback(Object.assign(new Error(`getaddrinfo ENOTFOUND ${hostname}`), { code: 'ENOTFOUND' }), []);
      expect(await take(http('http://nowhere.test/'), { lookup })).toEqual({
        outcome: 'Error',
        message: 'getaddrinfo ENOTFOUND nowhere.test',
      });
    });
  });

  it.each([
    'http://169.254.169.254/',
    'http://2852039166/',
    'http://0xa9.0xfe.0xa9.0xfe/',
    'http://[fe80::1]/',
    'http://[::ffff:169.254.169.254]/',
    'http://[64:ff9b::169.254.169.254]/',
    'http://[fd00:ec2::254]/',
    'http://100.100.100.200/',
  ])('does not ask %s', async (url) => {
    const { outcome, message } = await take(http(url, { timeout: '2s' }));
    expect([outcome, message]).toEqual(['Error', expect.stringContaining('link-local or metadata address')]);
  });

  it('nobody there is an Error', async () => {
    const { url } = outside;
    await outside.stop();
    expect(await take(http(`${url}/`))).toEqual({
      outcome: 'Error',
      message: expect.stringContaining('ECONNREFUSED'),
    });
    await outside.start();
  });

  it('a variable without a value is an Error, and nothing is asked', async () => {
    expect(await take(http('/{{cluster}}'))).toEqual({
      outcome: 'Error',
      message: '{{cluster}} has no value here',
    });
    expect(outside.seen).toEqual([]);
  });

  it('throws the reason of an abort, and nothing else', async () => {
    const controller = new AbortController();
    outside.on('/never', () => controller.abort(new Error('the worker stops')));
    await expect(takeMeasurement(http('/never'), deps, controller.signal)).rejects.toThrow(
      'the worker stops',
    );
    await expect(takeMeasurement(http('/never'), deps, controller.signal)).rejects.toThrow(
      'the worker stops',
    );
    expect(outside.seen).toHaveLength(1);
  });

  it('a Job without a cluster is an Error', async () => {
    const verification: Verification = { type: 'Verification', provider: { job: { manifest: {} } } };
    expect(await take(verification)).toEqual({
      outcome: 'Error',
      message: 'there is no cluster for the Job',
    });
  });

  it('leaves no connection open', async () => {
    outside.json('/health', { ok: true });
    outside.on('/flood', (_, response) => flood(response));
    outside.on('/never', () => undefined);
    await Promise.all([
      take(http('/health')),
      take(http('/flood')),
      take(http('/never', { timeout: '50ms' })),
    ]);
    // Before the client's own patience with idle connections, 4 s, would have closed them.
    const deadline = Date.now() + 2500;
    while (outside.sockets.size > 0 && Date.now() < deadline)
      await new Promise((next) => setTimeout(next, 5));
    expect(outside.sockets.size).toBe(0);
  });
});

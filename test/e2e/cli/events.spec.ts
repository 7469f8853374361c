import type { ServerResponse } from 'node:http';
import { FakeApi } from './fake-api';
import { keelson } from './run-command';

let api: FakeApi;
beforeEach(async () => {
  api = await FakeApi.start();
});
afterEach(() => api.stop());

const event = (position: number) => ({
  position,
  id: `id-${position}`,
  type: 'ReleaseRequested',
  stream: 'application/shop',
  version: position,
  at: '2026-01-01T00:00:00.000Z',
  actor: 'admin',
  data: {},
  hash: 'ff',
});

const sse = (position: number) =>
  `id: ${position}\nevent: ReleaseRequested\ndata: ${JSON.stringify(event(position))}\n\n`;

const open = (response: ServerResponse, ...positions: number[]): void => {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write(`: hello\n\n${positions.map(sse).join('')}`);
};

/** Follows until the event at `last` was printed, as a user who then presses Ctrl-C. */
const followUntil = async (last: number, ...args: string[]) => {
  const stop = new AbortController();
  let printed = '';
  return keelson(['events', '-f', '-o', 'json', ...args], {
    env: { KEELSON_URL: api.url, KEELSON_TOKEN: 'secret' },
    signal: stop.signal,
    onOut: (chunk) => {
      printed += chunk;
      if (printed.includes(`"position":${last},`)) stop.abort();
    },
  });
};

const positions = (out: string) =>
  out
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { position: number }).position);

describe('events -f', () => {
  it('resumes a broken stream behind the last event, none missed, none twice', async () => {
    api.on(
      'GET',
      '/v1/events',
      (response) => {
        open(response, 4, 5);
        setImmediate(() => response.destroy());
      },
      (response) => open(response, 6),
    );
    const { code, out, err } = await followUntil(6, '--after', '3', '--application', 'shop');
    expect({ code, positions: positions(out) }).toEqual({ code: 0, positions: [4, 5, 6] });
    expect(err).toContain('trying again');
    expect(api.seen.map(({ headers }) => headers['last-event-id'])).toEqual(['3', '5']);
    expect(api.seen[0]?.path).toBe('/v1/events?application=shop');
  });

  it('resumes a stream that broke before its first event from where that began', async () => {
    api.on(
      'GET',
      '/v1/events',
      (response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write('retry: 1000\n: connected at 3\n\n', () => response.destroy());
      },
      (response) => open(response, 4),
    );
    await followUntil(4);
    expect(api.seen.map(({ headers }) => headers['last-event-id'])).toEqual([undefined, '3']);
  });

  it('puts together an event that arrives in pieces, even inside a character', async () => {
    const bytes = Buffer.from(sse(7).replace('"admin"', '"Zoë"'));
    const cut = bytes.indexOf(0xc3) + 1;
    api.on('GET', '/v1/events', (response) => {
      open(response);
      response.write(bytes.subarray(0, cut), () => setImmediate(() => response.write(bytes.subarray(cut))));
    });
    const { out } = await followUntil(7);
    expect(JSON.parse(out)).toMatchObject({ position: 7, actor: 'Zoë' });
  });

  it('gives up at once when the server was never reached, or refuses', async () => {
    api.on('GET', '/v1/events', { status: 403, body: { code: 'forbidden', detail: 'no' } });
    expect((await followUntil(1)).code).toBe(3);
    api.on('GET', '/v1/events', { status: 503 });
    expect((await followUntil(1)).code).toBe(4);
  });
});

import { connect, type Socket } from 'node:net';
import { until } from '../../support/until';
import { application, cluster } from './fixtures';
import { Harness, TOKEN } from './harness';

let api: Harness;
beforeEach(async () => {
  api = await Harness.start({ project: false });
  await api.put('/v1/clusters/a', cluster());
  await api.put('/v1/clusters/b', cluster());
});
afterEach(() => api.stop());

interface Followed {
  readonly events: { id: number; data: any }[];
  readonly text: () => string;
  readonly ended: Promise<void>;
  close(): void;
}

/** A small reader of server-sent events; resolves when the greeting has come. */
const follow = async (query = '', headers: Record<string, string> = {}): Promise<Followed> => {
  const abort = new AbortController();
  const response = await fetch(`${api.url}/v1/events${query}`, {
    headers: { authorization: `Bearer ${TOKEN}`, ...headers },
    signal: abort.signal,
  });
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  const events: { id: number; data: any }[] = [];
  let text = '';
  let unread = '';
  const ended = (async () => {
    for await (const part of response.body!.pipeThrough(new TextDecoderStream())) {
      text += part;
      const blocks = (unread + part).split('\n\n');
      unread = blocks.pop() as string;
      for (const block of blocks) {
        const id = /^id: (\d+)$/m.exec(block)?.[1];
        const data = /^data: (.*)$/m.exec(block)?.[1];
        if (id && data) events.push({ id: Number(id), data: JSON.parse(data) });
      }
    }
  })().catch((error: Error) => {
    if (error.name !== 'AbortError') throw error;
  });
  await until('the greeting', () => text.includes(': connected'));
  return { events, text: () => text, ended, close: () => abort.abort() };
};

const ids = ({ events }: Followed): number[] => events.map(({ id }) => id);

it('tells what happens from now on', async () => {
  const stream = await follow();
  await api.put('/v1/applications/shop', application());
  await until('the event', () => stream.events.length > 0);
  expect(stream.events).toEqual([
    { id: 3, data: expect.objectContaining({ position: 3, type: 'ApplicationDefined', actor: 'admin' }) },
  ]);
  stream.close();
  await stream.ended;
});

it('resumes after Last-Event-ID, without a gap and without a repetition', async () => {
  const stream = await follow('?after=0', { 'last-event-id': '1' });
  await api.put('/v1/applications/shop', application());
  await until('both events', () => stream.events.length >= 2);
  expect(ids(stream)).toEqual([2, 3]);
  stream.close();
  const again = await follow('', { 'last-event-id': '2' });
  await until('the last event', () => again.events.length > 0);
  expect(ids(again)).toEqual([3]);
  again.close();
});

it('says where it begins, so that one that breaks before its first event misses nothing either', async () => {
  const stream = await follow('?cluster=b');
  stream.close();
  await stream.ended;
  await api.put('/v1/clusters/b', cluster({ labels: {} }));
  const begun = /^: connected at (\d+)$/m.exec(stream.text())?.[1] ?? '';
  const again = await follow('?cluster=b', { 'last-event-id': begun });
  await api.put('/v1/clusters/b', cluster());
  await until('an event', () => again.events.length > 0);
  expect(ids(again)[0]).toBe(3);
  again.close();
});

it('is filtered, in what was and in what comes', async () => {
  const stream = await follow('?after=0&cluster=b');
  await api.put('/v1/clusters/a', cluster({ labels: {} }));
  await api.put('/v1/clusters/b', cluster({ labels: {} }));
  await until('both events', () => stream.events.length >= 2);
  expect(ids(stream)).toEqual([2, 4]);
  stream.close();
});

it('begins at a time', async () => {
  const [, second] = (await api.get('/v1/audit')).body.items;
  const stream = await follow(`?from=${second.at}`);
  await until('the event', () => stream.events.length > 0);
  expect(ids(stream)).toContain(2);
  stream.close();
});

it('gives every reader everything, however many events come at once', async () => {
  const streams = await Promise.all([follow('?after=0'), follow('?after=0'), follow()]);
  const puts = await Promise.all(
    Array.from({ length: 200 }, (_, i) => api.put(`/v1/clusters/c-${i}`, cluster())),
  );
  expect(puts.filter(({ status }) => status !== 202)).toEqual([]);
  await until('all events', () => streams.every((stream) => ids(stream).at(-1) === 202));
  const all = Array.from({ length: 202 }, (_, i) => i + 1);
  expect(streams.map(ids)).toEqual([all, all, all.slice(2)]);
  for (const stream of streams) stream.close();
}, 30_000);

it.each(['next', '-1', '1.5'])('refuses Last-Event-ID %s', async (id) => {
  expect(await api.get('/v1/events', { headers: { 'last-event-id': id } })).toMatchObject({
    status: 422,
    body: { errors: [{ path: 'Last-Event-ID' }] },
  });
});

it('needs a token', async () => {
  expect(await api.get('/v1/events', { token: null })).toMatchObject({ status: 401 });
});

it('ends cleanly when the process stops', async () => {
  const stream = await follow();
  const started = Date.now();
  await api.api.close();
  await stream.ended;
  expect(Date.now() - started).toBeLessThan(900);
});

it('a reader that takes nothing holds up neither memory nor the end', async () => {
  const socket = await stuckReader();
  const read = jest.spyOn(api.store.log, 'read');
  const version = 'x'.repeat(100_000);
  for (let round = 0; round < 5; round++) {
    const outcome = await api.store.append({
      streams: [
        {
          stream: 'cluster/a',
          expectedVersion: 'any',
          events: Array.from({ length: 100 }, () => ({
            type: 'ClusterConnected',
            data: { cluster: 'a', version },
          })),
        },
      ],
      meta: { commandId: `round-${round}`, correlationId: 'rounds', actor: 'system:worker' },
    });
    if (outcome.outcome === 'ok') await api.store.log.awaitSealed(outcome.seqs.at(-1) as number);
  }
  // A second reader has all 50 MB, although the first one stands still.
  const other = await follow('?after=0');
  await until('everything', () => ids(other).at(-1) === 502);
  expect(ids(other)).toHaveLength(502);
  other.close();
  read.mockRestore();

  const started = Date.now();
  await api.api.close();
  expect(Date.now() - started).toBeLessThan(2_500);
  socket.destroy();
}, 30_000);

/** Connected, and never reads a byte after the head of the answer. */
const stuckReader = (): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(api.url);
    const socket = connect({ host: hostname, port: Number(port) }, () =>
      socket.write(`GET /v1/events?after=0 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${TOKEN}\r\n\r\n`),
    );
    socket.once('data', () => {
      socket.pause();
      resolve(socket);
    });
    socket.once('error', reject);
  });

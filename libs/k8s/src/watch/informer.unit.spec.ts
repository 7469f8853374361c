import type { ServerResponse } from 'node:http';
import { ClusterClient } from '../client/cluster-client';
import { UnknownKindError } from '../discovery/discovery';
import type { ApiResource } from '../discovery/resource';
import { json, refusal, ScriptedServer, until, type Call } from '../testing/scripted-server.spec';
import { Informer, type InformerEvent, type InformerOptions } from './informer';

const resource: ApiResource = {
  group: '',
  version: 'v1',
  apiVersion: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  namespaced: true,
};
const item = (name: string, resourceVersion: string) => ({
  metadata: { name, namespace: 'n', uid: name, resourceVersion },
});
const line = (type: string, object: object) =>
  `${JSON.stringify({ type, object: { apiVersion: 'v1', kind: 'ConfigMap', ...object } })}\n`;

describe('Informer', () => {
  let server: ScriptedServer;
  let client: ClusterClient;
  let informer: Informer;
  let events: InformerEvent[];
  let lists: ((call: Call, response: ServerResponse) => void)[];
  let watches: ((call: Call, response: ServerResponse) => void)[];

  /** Scripts are used up one by one; a watch without a script stays open and silent. */
  beforeEach(async () => {
    events = [];
    lists = [];
    watches = [];
    server = await ScriptedServer.start((call, response) => {
      const script = call.query['watch'] ? watches.shift() : lists.shift();
      if (script) script(call, response);
      else if (call.query['watch']) open(response);
      else list([], '1')(call, response);
    });
    client = new ClusterClient({ server: server.url });
  });
  afterEach(async () => {
    await informer.stop();
    await client.close();
    await server.close();
  });

  const start = (options: Partial<InformerOptions> = {}) => {
    informer = new Informer(
      {
        client,
        resolve: async () => resource,
        labelSelector: 'keelson.dev/application',
        backoff: { minMs: 2, maxMs: 10 },
        ...options,
      },
      (event) => events.push(event),
    );
    informer.start();
  };
  const open = (response: ServerResponse, ...lines: string[]) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    for (const each of lines) response.write(each);
  };
  const list =
    (items: object[], resourceVersion: string, token?: string) => (_call: Call, response: ServerResponse) =>
      json(response, 200, { metadata: { resourceVersion, continue: token }, items });
  const story = () =>
    events.flatMap((event) =>
      event.type === 'SYNCED'
        ? ['SYNCED']
        : event.type === 'ERROR'
          ? []
          : [
              `${event.type} ${event.object.metadata.name}@${event.object.metadata.resourceVersion} ${event.source}`,
            ],
    );
  const errors = () => events.flatMap((event) => (event.type === 'ERROR' ? [event.error] : []));
  const told = (what: string) => until(what, () => story().includes(what));
  const watchCalls = () => server.calls.filter(({ query }) => query['watch']);
  const listCalls = () => server.calls.filter(({ query }) => !query['watch']);

  it('tells when it follows, and when it does again after a break; not when the server ends a watch in time', async () => {
    const phases: string[] = [];
    const ends = (_call: Call, response: ServerResponse): void => {
      open(response, line('ADDED', item('a', '11')));
      response.end();
    };
    watches.push(ends, ends, (_call, response) => json(response, 500, {}));
    start({ onFollowing: () => void phases.push(informer.phase) });
    await until('it follows again', () => phases.length === 2);
    expect(phases).toEqual(['Watching', 'Watching']);
    expect(watchCalls()).toHaveLength(4);
  });

  it('lists page by page, then watches from there', async () => {
    lists.push(list([item('a', '5')], '10', 'more'), list([item('b', '6')], '10'));
    watches.push((_call, response) =>
      open(
        response,
        line('ADDED', item('c', '11')),
        line('MODIFIED', item('a', '12')),
        line('DELETED', item('b', '13')),
      ),
    );
    start({ pageSize: 1 });
    await told('DELETED b@13 watch');
    expect(story()).toEqual([
      'ADDED a@5 list',
      'ADDED b@6 list',
      'SYNCED',
      'ADDED c@11 watch',
      'MODIFIED a@12 watch',
      'DELETED b@13 watch',
    ]);
    expect(listCalls().map(({ path, query }) => [path, query])).toEqual([
      ['/api/v1/configmaps', { labelSelector: 'keelson.dev/application', limit: '1' }],
      ['/api/v1/configmaps', { labelSelector: 'keelson.dev/application', limit: '1', continue: 'more' }],
    ]);
    expect(watchCalls()[0]?.query).toMatchObject({
      watch: 'true',
      resourceVersion: '10',
      allowWatchBookmarks: 'true',
      labelSelector: 'keelson.dev/application',
    });
    expect(informer.lookup('n/a')).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap' });
    expect(informer.lookup('n/b')).toBe('absent');
    expect([...informer.objects()]).toHaveLength(2);
  });

  it('asks the server to end a watch before it counts as dead', async () => {
    start({ livenessMs: 100_000, random: () => 0.5 });
    await until('watching', () => watchCalls().length === 1);
    expect(Number(watchCalls()[0]?.query['timeoutSeconds'])).toBe(75);
  });

  it('goes on from the last event or bookmark when the server ends the watch', async () => {
    lists.push(list([], '10'));
    watches.push(
      (_call, response) => {
        open(
          response,
          line('ADDED', item('a', '11')),
          line('BOOKMARK', { metadata: { resourceVersion: '40' } }),
        );
        response.end();
      },
      (_call, response) => {
        open(response, line('ADDED', item('b', '41')));
        response.end();
      },
    );
    start();
    await until('three watches', () => watchCalls().length === 3);
    expect(watchCalls().map(({ query }) => query['resourceVersion'])).toEqual(['10', '40', '41']);
    expect(listCalls()).toHaveLength(1);
    expect(errors()).toEqual([]);
  });

  it.each([
    [
      'as an answer',
      (_call: Call, response: ServerResponse) => json(response, 410, refusal(410, 'Expired', 'old')),
    ],
    [
      'inside the stream',
      (_call: Call, response: ServerResponse) =>
        open(response, line('ERROR', refusal(410, 'Expired', 'too old'))),
    ],
  ])('lists again after a 410 %s, and tells what changed meanwhile', async (_name, gone) => {
    lists.push(list([item('a', '1'), item('b', '2')], '10'), list([item('b', '20'), item('c', '21')], '30'));
    watches.push(gone);
    start();
    await told('DELETED a@1 list');
    expect(story().slice(3)).toEqual(['MODIFIED b@20 list', 'ADDED c@21 list', 'DELETED a@1 list']);
    await until('watching again', () => watchCalls().length === 2);
    expect(watchCalls()[1]?.query['resourceVersion']).toBe('30');
    expect(errors()).toMatchObject([{ kind: 'gone' }]);
  });

  it('lists in one piece when the snapshot expires between two pages', async () => {
    lists.push(
      list([item('a', '5')], '10', 'more'),
      (_call, response) => json(response, 410, refusal(410, 'Expired', 'the token is too old')),
      list([item('a', '5'), item('b', '6')], '20'),
    );
    start({ pageSize: 1 });
    await told('SYNCED');
    expect(story()).toEqual(['ADDED a@5 list', 'ADDED b@6 list', 'SYNCED']);
    expect(listCalls()[2]?.query).not.toHaveProperty('limit');
  });

  it('loses nothing when the connection is cut in the middle of an event', async () => {
    lists.push(list([], '10'));
    const whole = line('ADDED', item('bé', '12'));
    watches.push(
      (_call, response) => {
        open(response, line('ADDED', item('a', '11')), whole.slice(0, 40));
        setImmediate(() => response.socket?.destroy());
      },
      (_call, response) => open(response, whole),
    );
    start();
    await told('ADDED bé@12 watch');
    expect(story()).toEqual(['SYNCED', 'ADDED a@11 watch', 'ADDED bé@12 watch']);
    expect(watchCalls().map(({ query }) => query['resourceVersion'])).toEqual(['10', '11']);
  });

  it('lists anew after a cut where it is told to, and knows nothing until then', async () => {
    lists.push(list([item('a', '5')], '10'), (call, response) => {
      expect(informer.lookup('n/a')).toBe('unknown');
      list([item('a', '11')], '12')(call, response);
    });
    watches.push((_call, response) => {
      open(response);
      response.destroy();
    });
    start({ listsAgain: true });
    await until('the second watch', () => watches.length === 0 && story().length === 3);
    await until('it follows', () => informer.phase === 'Watching');
    expect(story()).toEqual(['ADDED a@5 list', 'SYNCED', 'MODIFIED a@11 list']);
  });

  it('reads events that arrive byte by byte', async () => {
    lists.push(list([], '10'));
    watches.push((_call, response) => {
      open(response);
      void (async () => {
        for (const byte of Buffer.from(line('ADDED', item('ünï', '11')))) {
          response.write(Buffer.from([byte]));
          await new Promise((resolve) => setImmediate(resolve));
        }
      })();
    });
    start();
    await told('ADDED ünï@11 watch');
  });

  it('takes a silent connection for dead', async () => {
    lists.push(list([], '10'));
    watches.push((_call, response) => open(response));
    start({ livenessMs: 50 });
    await until('a second watch', () => watchCalls().length >= 2);
    expect(errors()[0]).toMatchObject({ kind: 'unreachable', message: /silent for 50 ms/ });
    expect(listCalls()).toHaveLength(1);
  });

  it('stays with a connection on which bookmarks come', async () => {
    const bookmarks = setInterval(
      () => response?.write(line('BOOKMARK', { metadata: { resourceVersion: '11' } })),
      15,
    );
    let response: ServerResponse | undefined;
    watches.push((_call, answer) => open((response = answer)));
    try {
      start({ livenessMs: 100 });
      await until('watching', () => response !== undefined);
      const since = Date.now();
      await until('three lives', () => Date.now() - since > 300);
      expect(watchCalls()).toHaveLength(1);
    } finally {
      clearInterval(bookmarks);
    }
  });

  it('reads what came while the process stood still before it counts that as silence', async () => {
    let response: ServerResponse | undefined;
    watches.push((_call, answer) => open((response = answer)));
    start({ livenessMs: 200 });
    await until('watching', () => informer.phase === 'Watching');
    response?.write(line('ADDED', item('late', '12')));
    const since = Date.now();
    while (Date.now() - since < 400);
    await told('ADDED late@12 watch');
    expect(watchCalls()).toHaveLength(1);
  });

  it('tries an unreadable line again from the last good event, then lists', async () => {
    lists.push(list([], '10'), list([item('a', '11')], '20'));
    watches.push(
      (_call, response) => open(response, '{"type":"ADDED","object":{"metada\n'),
      (_call, response) => open(response, line('ADDED', { metadata: null as never })),
    );
    start();
    await told('ADDED a@11 list');
    expect(
      watchCalls()
        .slice(0, 2)
        .map(({ query }) => query['resourceVersion']),
    ).toEqual(['10', '10']);
    expect(errors().map(({ kind }) => kind)).toEqual(['transient', 'transient']);
  });

  it('lists again when its version is from a future that a restore undid', async () => {
    const details = { causes: [{ reason: 'ResourceVersionTooLarge', message: 'too large' }] };
    lists.push(list([item('a', '900')], '1000'), list([item('a', '400')], '500'));
    watches.push((_call, response) => json(response, 504, refusal(504, 'Timeout', 'too large', details)));
    start();
    await told('MODIFIED a@400 list');
  });

  it('does not race against a server that ends every watch at once', async () => {
    let ended = 0;
    watches.push(
      ...Array.from({ length: 1000 }, () => (_call: Call, response: ServerResponse) => {
        ended += 1;
        response.writeHead(200).end();
      }),
    );
    start({ backoff: { minMs: 20, maxMs: 40 } });
    const since = Date.now();
    await until('some time', () => Date.now() - since > 300);
    expect(ended).toBeGreaterThan(3);
    expect(ended).toBeLessThan(20);
  });

  it('ignores events of a kind that it does not know', async () => {
    watches.push((_call, response) => open(response, line('NEWS', {}), line('ADDED', item('a', '11'))));
    start();
    await told('ADDED a@11 watch');
    expect(errors()).toEqual([]);
  });

  it('trusts its cache only while it follows', async () => {
    lists.push(list([item('a', '1')], '10'));
    let response: ServerResponse | undefined;
    watches.push((_call, answer) => open((response = answer)));
    start({ backoff: { minMs: 60_000, maxMs: 60_000 } });
    await until('watching', () => informer.phase === 'Watching');
    expect(informer.lookup('n/a')).toMatchObject({ metadata: { name: 'a' } });
    response?.socket?.destroy();
    await until('lost', () => informer.phase === 'Waiting');
    expect(informer.lookup('n/a')).toBe('unknown');
    expect([...informer.objects()]).toHaveLength(1);
    informer.wake();
    await until('back', () => informer.phase === 'Watching');
    expect(informer.lookup('n/a')).not.toBe('unknown');
  });

  it('tells our own write at once, and not again when the watch shows it', async () => {
    lists.push(list([item('a', '1')], '10'));
    let response: ServerResponse | undefined;
    watches.push((_call, answer) => open((response = answer)));
    start();
    await until('watching', () => informer.phase === 'Watching');
    informer.store({ ...item('a', '15'), apiVersion: 'v1', kind: 'ConfigMap' });
    response?.write(
      line('MODIFIED', item('a', '12')) + line('MODIFIED', item('a', '15')) + line('ADDED', item('z', '16')),
    );
    await told('ADDED z@16 watch');
    expect(story().slice(1)).toEqual(['SYNCED', 'MODIFIED a@15 own', 'ADDED z@16 watch']);
  });

  it('keeps what the transform leaves', async () => {
    lists.push(list([{ ...item('a', '1'), data: { big: 'x' } }], '10'));
    start({ transform: ({ apiVersion, kind, metadata }) => ({ apiVersion, kind, metadata }) });
    await told('SYNCED');
    expect([...informer.objects()][0]).not.toHaveProperty('data');
  });

  it('waits slowly for a kind that is not served, and forgets its objects', async () => {
    let served = true;
    let asked = 0;
    lists.push(list([item('a', '1')], '10'));
    watches.push((_call, response) => {
      served = false;
      json(response, 404, refusal(404, 'NotFound', 'the server could not find the requested resource'));
    });
    const afresh: boolean[] = [];
    start({
      absentRetryMs: 60_000,
      resolve: async (again) => {
        asked += 1;
        afresh.push(again);
        if (!served) throw new UnknownKindError('v1', 'ConfigMap');
        return resource;
      },
    });
    await until('absent', () => informer.phase === 'Absent');
    expect(story()).toEqual(['ADDED a@1 list', 'SYNCED', 'DELETED a@1 list']);
    expect(afresh).toEqual([false, true]);
    served = true;
    lists.push(list([item('b', '20')], '30'));
    informer.wake();
    await told('ADDED b@20 list');
    expect(asked).toBe(3);
  });

  it('stops at once, whatever it is doing', async () => {
    lists.push(() => undefined);
    start();
    await until('listing', () => listCalls().length === 1);
    await informer.stop();
    expect(informer.phase).toBe('Stopped');
    expect(informer.lookup('n/a')).toBe('unknown');
    expect(errors()).toEqual([]);
  });

  it('stops at once while it waits to hear what the kind is', async () => {
    const resolve = jest.fn(() => new Promise<ApiResource>(() => undefined));
    start({ resolve });
    await until('resolving', () => resolve.mock.calls.length === 1);
    await informer.stop();
    expect(errors()).toEqual([]);
  });

  it('asks nothing more of a server that was away when it is stopped', async () => {
    start();
    await until('watching', () => informer.phase === 'Watching');
    informer.suspend();
    await until('suspended', () => informer.phase === 'Waiting');
    const before = server.calls.length;
    await informer.stop();
    expect(server.calls).toHaveLength(before);
  });
});

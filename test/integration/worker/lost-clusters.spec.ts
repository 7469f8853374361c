import { createServer as createHttp, type RequestListener } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { clusterDecider, clusterStream } from '@keelson/domain';
import type { ClusterConnection } from '@keelson/k8s';
import { EXPIRED, VALID } from '../../support/certificates';
import { HangingProxy } from '../../support/hanging-proxy';
import { until } from '../../support/until';
import { configMap, deployment, startFleet, type Fleet } from './fleet-harness';

jest.setTimeout(90_000);

const base64 = (text: string): string => Buffer.from(text).toString('base64');

const web = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' };

const eventsOf = async (fleet: Fleet, cluster: string, type: string): Promise<any[]> =>
  (await fleet.store.log.read({ cluster, type })).map(({ data, position }) => ({
    ...(data as object),
    position,
  }));

const lost = (fleet: Fleet, cluster: string, count = 1) =>
  until(
    `${cluster} is told to be lost`,
    async () => {
      const found = await eventsOf(fleet, cluster, 'ClusterUnreachable');
      return found.length >= count && found.at(-1);
    },
    60_000,
  );

const phaseOf = async (fleet: Fleet, name: string): Promise<string> =>
  (await fleet.pool.query('select phase from read.clusters where name = $1', [name])).rows[0]?.phase;

describe('what does not answer as a cluster should', () => {
  let fleet: Fleet;
  const servers: Server[] = [];
  const sockets = new Set<Socket>();

  beforeAll(async () => {
    fleet = await startFleet([]);
  });
  afterAll(async () => {
    await fleet?.stop();
    for (const socket of sockets) socket.destroy();
    await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  });

  const listen = async (server: Server): Promise<number> => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    servers.push(server);
    server.on('connection', (socket: Socket) => sockets.add(socket));
    return (server.address() as AddressInfo).port;
  };
  const overHttp = async (answer: RequestListener): Promise<ClusterConnection> => ({
    server: `http://127.0.0.1:${await listen(createHttp(answer))}`,
    token: 'any',
  });
  const status = (code: number, reason: string, message: string) =>
    overHttp((_request, response) =>
      response
        .writeHead(code, { 'content-type': 'application/json' })
        .end(JSON.stringify({ kind: 'Status', code, reason, message })),
    );
  const overTls = async (
    { cert, key }: { cert: string; key: string },
    trusted: string,
  ): Promise<ClusterConnection> => ({
    server: `https://127.0.0.1:${await listen(createHttps({ cert, key }))}`,
    caData: base64(trusted),
  });
  const ended = ['{"alg":"none"}', '{"exp":1600000000}', ''].map((part) =>
    Buffer.from(part).toString('base64url'),
  );

  it.each<[name: string, connect: () => Promise<ClusterConnection>, reason: string, words: RegExp]>([
    ['refused', () => Promise.resolve({ server: 'http://127.0.0.1:1' }), 'Network', /ECONNREFUSED/],
    ['unresolved', () => Promise.resolve({ server: 'http://no.invalid' }), 'Network', /no\.invalid/],
    [
      'reset',
      async () => ({
        server: `http://127.0.0.1:${await listen(createServer((socket) => socket.destroy()))}`,
      }),
      'Network',
      /closed|reset/,
    ],
    [
      'silent',
      async () => ({
        server: `http://127.0.0.1:${await listen(createServer((socket) => socket.on('error', () => undefined)))}`,
      }),
      'Timeout',
      /no answer within 5000 ms/,
    ],
    [
      'of-another-authority',
      () => overTls(VALID, EXPIRED.cert),
      'Tls',
      /no TLS connection: .*self.signed|unable/,
    ],
    ['expired', () => overTls(EXPIRED, EXPIRED.cert), 'Tls', /no TLS connection: certificate has expired/],
    [
      'without-tls',
      async () => {
        const { server } = await status(200, '', '');
        return { server: server.replace('http:', 'https:') };
      },
      'Tls',
      /no TLS connection/,
    ],
    ['unauthorized', () => status(401, 'Unauthorized', 'Unauthorized'), 'Unauthorized', /may have expired/],
    [
      'expired-token',
      async () => ({ ...(await status(401, 'Unauthorized', 'Unauthorized')), token: ended.join('.') }),
      'Unauthorized',
      /the token expired at 2020-09-13T12:26:40\.000Z; register the cluster again/,
    ],
    [
      'forbidden',
      () => status(403, 'Forbidden', 'User "x" cannot get path'),
      'Forbidden',
      /refuses the account/,
    ],
    ['in-trouble', () => status(500, 'InternalError', 'etcd has no leader'), 'Server', /etcd has no leader/],
  ])('%s', async (name, connect, reason, words) => {
    await fleet.register(name, {}, await connect());
    const event = await lost(fleet, name);
    expect(event).toMatchObject({ reason });
    expect(event.message).toMatch(words);
    await until('it can be read', async () => {
      const { rows } = await fleet.pool.query(
        `select 1 from read.clusters where name = $1 and phase = 'Unreachable' and last_error ->> 'reason' = $2`,
        [name, reason],
      );
      return rows.length === 1;
    });
  });
});

describe('clusters of which some hang', () => {
  const healthy = ['eu-1', 'eu-2', 'eu-3'];
  const hanging = ['us-1', 'us-2', 'us-3'];
  let fleet: Fleet;
  let proxy: HangingProxy;

  beforeAll(async () => {
    fleet = await startFleet([...healthy, ...hanging]);
    proxy = await HangingProxy.to(fleet.simulator.url);
    for (const name of healthy) await fleet.register(name);
    for (const name of hanging) {
      const { server, ...credentials } = fleet.connectionTo(name);
      const through = new URL(server);
      through.port = String(proxy.port);
      await fleet.register(name, {}, { server: through.toString(), ...credentials });
    }
    await fleet.define('shop');
    const { value: run } = await fleet.release('shop', '1', [deployment('shop:1'), configMap('a')]);
    await succeeds(run!);
  });
  afterAll(async () => {
    await fleet?.stop();
    await proxy?.close();
  });

  const succeeds = (run: string) =>
    until(
      `run ${run} succeeds`,
      async () =>
        (await fleet.pool.query('select 1 from read.runs where id = $1 and phase = $2', [run, 'Succeeded']))
          .rowCount === 1,
      60_000,
    );
  const applied = async (cluster: string): Promise<number> =>
    (await eventsOf(fleet, cluster, 'PlanApplied')).length;
  const imageOf = (cluster: string): string => imageIn(fleet.simulator.cluster(cluster).get(web));

  it('do not slow the others, and go straight to the newest plan when they answer', async () => {
    const before = await Promise.all(hanging.map(applied));
    proxy.hang();
    for (const version of ['2', '3', '4']) {
      await fleet.release('shop', version, [deployment(`shop:${version}`)]);
      await until(`the others have ${version}`, () =>
        healthy.every((name) => imageOf(name) === `shop:${version}`),
      );
    }
    expect(await Promise.all(hanging.map(applied))).toEqual(before);
    for (const name of hanging) expect(await lost(fleet, name)).toMatchObject({ reason: 'Timeout' });
    const { value: run } = await fleet.release('shop', '5', [deployment('shop:5')]);
    proxy.on();
    // Their health is seen by watches, and those from before the hang never say a word again.
    await succeeds(run!);
    for (const name of hanging) {
      const images = fleet.simulator.cluster(name).list('apps/v1', 'ReplicaSet', 'shop').map(imageIn);
      expect(images.sort()).toEqual(['shop:1', 'shop:5']);
      expect(
        fleet.simulator.cluster(name).get({ ...web, apiVersion: 'v1', kind: 'ConfigMap', name: 'settings' }),
      ).toBe(undefined);
    }
    await until('nothing is owed', async () => {
      const { rowCount } = await fleet.pool.query('select 1 from read.inventory where not wanted');
      return rowCount === 0;
    });
  });
});

describe('a cluster that two workers have served', () => {
  let fleet: Fleet;

  beforeAll(async () => {
    fleet = await startFleet(['us-1']);
    await fleet.register('us-1');
  });
  afterAll(() => fleet?.stop());

  it('is lost for no longer than until the next sweep by the last word of the one that could not reach it', async () => {
    await until('it is served', async () => (await phaseOf(fleet, 'us-1')) === 'Connected');
    const { rows } = await fleet.pool.query(`select credentials from read.clusters where name = 'us-1'`);
    await fleet.execute((unit) =>
      unit.decide(clusterDecider, clusterStream('us-1'), {
        type: 'RecordUnreachable',
        credentials: rows[0].credentials,
        reason: 'Timeout',
        message: 'the last word of a worker that was cut off',
      }),
    );
    await until('it is believed', async () => (await phaseOf(fleet, 'us-1')) === 'Unreachable');
    await until(
      'the one that serves it says otherwise',
      async () => (await phaseOf(fleet, 'us-1')) === 'Connected',
      30_000,
    );
  });
});

describe('credentials and addresses', () => {
  let fleet: Fleet;

  beforeAll(async () => {
    fleet = await startFleet(['eu-1', 'us-1']);
  });
  afterAll(() => fleet?.stop());

  it('are rotated without a restart, and nothing in the cluster is touched', async () => {
    await fleet.register('eu-1', {}, { ...fleet.connectionTo('eu-1'), token: 'revoked' });
    expect(await lost(fleet, 'eu-1')).toMatchObject({ reason: 'Unauthorized' });
    await fleet.register('eu-1');
    await until('it is served', async () => (await phaseOf(fleet, 'eu-1')) === 'Connected');
    await fleet.define('shop', { placement: { clusterNames: ['eu-1'] } });
    await fleet.release('shop', '1', [configMap('a')]);
    await until('it is applied', async () => (await eventsOf(fleet, 'eu-1', 'PlanApplied')).length === 1);
    const cluster = fleet.simulator.cluster('eu-1');
    const { writes } = cluster.requests;
    const watches = cluster.requests.of('watch');
    await fleet.register('eu-1');
    await until('a new session watches', () => cluster.requests.of('watch') >= watches + 2);
    expect(cluster.requests.writes).toBe(writes);
    expect(await phaseOf(fleet, 'eu-1')).toBe('Connected');
    expect(await eventsOf(fleet, 'eu-1', 'ClusterUnreachable')).toHaveLength(1);
  });

  it('that lead to another cluster than before are refused, and nothing is done to it', async () => {
    const other = fleet.simulator.cluster('us-1');
    await fleet.register('eu-1', {}, fleet.connectionTo('us-1'));
    const { reason, message } = await lost(fleet, 'eu-1', 2);
    expect(reason).toBe('OtherCluster');
    expect(message).toMatch(/another cluster answers than eu-1 was/);
    expect(other.requests.writes).toBe(0);
    await fleet.register('eu-1');
    await until('the right one is served again', async () => (await phaseOf(fleet, 'eu-1')) === 'Connected');
    await fleet.forget('eu-1', 'orphan');
    await fleet.register('eu-1', {}, fleet.connectionTo('us-1'));
    await until('after it was let go of, the name is free for another', () => other.requests.writes > 0);
  });
});

const imageIn = (object: any): string => object?.spec.template.spec.containers[0].image;

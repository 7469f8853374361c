import { createHmac, randomBytes } from 'node:crypto';
import {
  windowDecider,
  windowStream,
  webhookDecider,
  webhookStream,
  type WebhookCommand,
  type WebhookDefinition,
} from '@keelson/domain';
import { Outside } from '../../../apps/worker/src/verification/outside.spec';
import { until } from '../../support/until';
import { startFleet, type Fleet } from './fleet-harness';

jest.setTimeout(60_000);

interface Message {
  readonly specversion: string;
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject: string;
  readonly time: string;
  readonly datacontenttype: string;
  readonly data: any;
}

describe('webhooks', () => {
  let fleet: Fleet;
  const outside = new Outside();
  const key = randomBytes(32);

  beforeAll(async () => {
    await outside.start();
    fleet = await startFleet(['a', 'b']);
    await fleet.register('a');
    await fleet.register('b');
  });
  afterAll(async () => {
    await fleet?.stop();
    await outside.stop();
  });

  const heard = (path: string): Message[] =>
    outside.seen.filter(({ url }) => url === path).map(({ body }) => JSON.parse(body));
  const order = (hook: string, command: WebhookCommand) =>
    fleet.execute((unit) => unit.decide(webhookDecider, webhookStream(hook), command));
  const define = (hook: string, change: Partial<WebhookDefinition> = {}, fromPosition?: number) =>
    order(hook, {
      type: 'DefineWebhook',
      webhook: hook,
      definition: { url: `${outside.url}/${hook}`, ...change },
      ...(fromPosition === undefined ? {} : { fromPosition }),
    });
  /** An event that changes nothing in a cluster. */
  const happen = (name: string) =>
    fleet.execute((unit) =>
      unit.decide(windowDecider, windowStream(name), {
        type: 'DefineWindow',
        window: name,
        definition: { kind: 'Deny', schedule: '0 3 1 1 *', duration: '1m', timezone: 'UTC' },
      }),
    );
  const rowsOf = async (hook: string) =>
    (
      await fleet.pool.query<{ id: string; pos: string; phase: string; attempts: number; history: any[] }>(
        'select id, pos, phase, attempts, history from callback_deliveries where subscriber = $1 order by id',
        [webhookStream(hook)],
      )
    ).rows;
  const windowsOf = (messages: readonly Message[]): string[] => messages.map(({ data }) => data.data.window);

  it('tell what they are defined for, from their definition on, signed, and note what came of it', async () => {
    outside.json('/signed', {});
    const secret = await fleet.vault.put('webhook/signed', `whsec_${key.toString('base64')}`);
    await happen('too-early');
    await define('signed', { secret, types: ['WindowDefined'] });
    const { position } = await happen('signed-1');
    const [message] = await until('it is told', () => heard('/signed').length > 0 && heard('/signed'));
    expect(message).toMatchObject({
      specversion: '1.0',
      source: '/keelson',
      type: 'dev.keelson.WindowDefined',
      subject: 'window/signed-1',
      datacontenttype: 'application/json',
      data: { position, actor: 'test', type: 'WindowDefined', data: { window: 'signed-1' } },
    });
    const { headers, body } = outside.seen.find(({ url }) => url === '/signed')!;
    expect(headers['content-type']).toBe('application/cloudevents+json; charset=utf-8');
    expect(headers['webhook-id']).toBe(message!.id);
    const signed = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`;
    const signature = createHmac('sha256', key).update(signed).digest('base64');
    expect(headers['webhook-signature']).toBe(`v1,${signature}`);
    const [row] = await until('it is noted', async () => {
      const rows = await rowsOf('signed');
      return rows[0]?.phase === 'Delivered' && rows;
    });
    expect(row).toMatchObject({ pos: String(position), attempts: 1, history: [{ status: 200 }] });
  });

  it('tell the past from a position on, and not again when they are defined again', async () => {
    outside.json('/past', {});
    const { position } = await happen('past-1');
    await happen('past-2');
    await define('past', { types: ['WindowDefined'] }, position);
    await until('the past is told', () => heard('/past').length === 2);
    await define('past', { types: ['WindowDefined', 'WindowDeleted'] }, position);
    await happen('past-3');
    await until('the present is told', () => heard('/past').length >= 3);
    expect(windowsOf(heard('/past'))).toEqual(['past-1', 'past-2', 'past-3']);
  });

  it('are told again by a replay, with the same ids', async () => {
    const before = heard('/past');
    const { position } = before[1]!.data;
    await order('past', { type: 'ReplayWebhook', from: position });
    await until('it is told again', () => heard('/past').length >= 5);
    const again = heard('/past').slice(3);
    expect(again.map(({ id }) => id)).toEqual(before.slice(1).map(({ id }) => id));
  });

  it('are tried again until they answer, while others are told at once', async () => {
    outside.json('/away', { message: 'down for repairs' }, 503);
    outside.json('/well', {});
    await define('away', { types: ['WindowDefined'] });
    await define('well', { types: ['WindowDefined'] });
    for (const name of ['away-1', 'away-2', 'away-3']) await happen(name);
    await until('the well one is told', () => heard('/well').length === 3);
    await until('the other one was tried', () => heard('/away').length >= 2);
    // What came of a try is noted after it was heard.
    const [first] = await until('that is noted', async () => {
      const rows = await rowsOf('away');
      return (rows[0]?.attempts ?? 0) > 0 && rows;
    });
    expect(first!.phase).toBe('Pending');
    expect(first!.history[0]).toMatchObject({ status: 503, response: '{"message":"down for repairs"}' });
    const tried = heard('/away').length;
    outside.json('/away', {});
    await until('all of it is delivered', async () =>
      (await rowsOf('away')).every(({ phase }) => phase === 'Delivered'),
    );
    const taken = heard('/away').slice(tried);
    expect(new Set(windowsOf(taken))).toEqual(new Set(['away-1', 'away-2', 'away-3']));
    expect(taken).toHaveLength(3);
  });

  it('are not held up by what they refuse, and hear no more of what they say is gone', async () => {
    outside.on('/picky', (_, response) => {
      const { window } = heard('/picky').at(-1)!.data.data;
      response.writeHead(window === 'picky-1' ? 400 : window === 'picky-2' ? 410 : 204).end();
    });
    await define('picky', { types: ['WindowDefined'] });
    for (const name of ['picky-1', 'picky-2', 'picky-3']) await happen(name);
    await until('one is tried again, one given up and one delivered', async () => {
      const rows = await rowsOf('picky');
      return rows.map(({ phase }) => phase).join() === 'Pending,Failed,Delivered';
    });
  });

  it('fail in the end, and are delivered after all when somebody says so', async () => {
    outside.json('/late', {}, 500);
    await define('late', { types: ['WindowDefined'] });
    await happen('late-1');
    const [row] = await until('it was tried', async () => {
      const rows = await rowsOf('late');
      return (rows[0]?.attempts ?? 0) > 0 && rows;
    });
    await fleet.pool.query(
      `update callback_deliveries set created_at = now() - interval '4 days' where id = $1`,
      [row!.id],
    );
    await until('it is given up', async () => (await rowsOf('late'))[0]?.phase === 'Failed');
    outside.json('/late', {});
    await order('late', { type: 'RedeliverWebhook', delivery: Number(row!.id) });
    await until('it is delivered', async () => (await rowsOf('late'))[0]?.phase === 'Delivered');
  });

  it('go on after a restart where they were', async () => {
    outside.json('/restart', {}, 503);
    await define('restart', { types: ['WindowDefined'] });
    await happen('restart-1');
    await until('it was tried', () => heard('/restart').length > 0);
    await fleet.stopWorker();
    await happen('restart-2');
    outside.json('/restart', {});
    await fleet.startWorker();
    await until('all of it is delivered', async () => {
      const rows = await rowsOf('restart');
      return rows.length === 2 && rows.every(({ phase }) => phase === 'Delivered');
    });
  });

  it('note nothing twice with two workers on everything', async () => {
    outside.json('/twice', {});
    const other = await fleet.joinWorker({ ownsAll: true });
    try {
      await define('twice', { types: ['WindowDefined'] });
      const names = Array.from({ length: 40 }, (_, index) => `twice-${index}`);
      await Promise.all(names.map(happen));
      await until('all of it is delivered', async () => {
        const rows = await rowsOf('twice');
        return rows.length >= 40 && rows.every(({ phase }) => phase === 'Delivered');
      });
      expect(await rowsOf('twice')).toHaveLength(40);
      expect(new Set(windowsOf(heard('/twice')))).toEqual(new Set(names));
    } finally {
      await other.stop();
    }
  });

  it('say that the secret to sign with is missing', async () => {
    outside.json('/unsigned', {});
    await define('unsigned', { secret: '7e57ab1e-0000-4000-8000-000000000000', types: ['WindowDefined'] });
    await happen('unsigned-1');
    await until('it is told of', async () =>
      /the secret to sign with is missing/.test((await rowsOf('unsigned'))[0]?.history[0]?.error),
    );
    expect(heard('/unsigned')).toEqual([]);
  });

  it('leave nothing behind when they are deleted', async () => {
    await order('unsigned', { type: 'DeleteWebhook' });
    await until('nothing is left', async () => {
      const { rows } = await fleet.pool.query(
        `select 1 from callback_cursors where subscriber = 'webhook/unsigned'
         union all select 1 from callback_deliveries where subscriber = 'webhook/unsigned'`,
      );
      return rows.length === 0;
    });
  });

  it('hear of runs and clusters in the words of CDEvents', async () => {
    outside.json('/cd', {});
    const types = ['dev.cdevents.pipelinerun.started.0.2.0', 'RunSucceeded', 'ClusterSucceeded'];
    await define('cd', { applications: ['shop'], types });
    await fleet.define('shop');
    await fleet.release('shop', '1.0', []);
    await until('the first run is told', () => heard('/cd').length === 4);
    await fleet.release('shop', '1.1+b', []);
    await until('the second run is told', () => heard('/cd').length === 8);
    const told = heard('/cd');
    expect(told[0]).toMatchObject({
      type: 'dev.cdevents.pipelinerun.started.0.2.0',
      subject: 'shop-1',
      datacontenttype: 'application/cdevents+json',
      data: {
        context: { version: '0.4.1', id: told[0]!.id, type: told[0]!.type, timestamp: told[0]!.time },
        subject: { id: 'shop-1', type: 'pipelineRun', content: { pipelineName: 'shop' } },
        customData: { type: 'RunCreated', data: { version: '1.0' } },
      },
    });
    const services = told.filter(({ type }) => type.startsWith('dev.cdevents.service.'));
    expect(services.map(({ type, data }) => [type, data.subject.content.artifactId])).toEqual([
      ['dev.cdevents.service.deployed.0.2.0', 'pkg:generic/shop@1.0'],
      ['dev.cdevents.service.deployed.0.2.0', 'pkg:generic/shop@1.0'],
      ['dev.cdevents.service.upgraded.0.2.0', 'pkg:generic/shop@1.1%2Bb'],
      ['dev.cdevents.service.upgraded.0.2.0', 'pkg:generic/shop@1.1%2Bb'],
    ]);
    const ends = told.filter(({ type }) => type === 'dev.cdevents.pipelinerun.finished.0.2.0');
    expect(ends.map(({ data }) => data.subject.content.outcome)).toEqual(['success', 'success']);
  });
});

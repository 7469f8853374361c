import { type Lazily } from './context';
import { configMap } from './objects';

export function describeWatch(context: Lazily): void {
  describe('watch', () => {
    let namespace: string;
    const maps = () => `/api/v1/namespaces/${namespace}/configmaps`;
    /** One label for each test, so that none sees another's objects. */
    const only = (label: string) => `labelSelector=test%3D${label}`;
    const labelled = (name: string, test: string, data: Record<string, string> = {}) =>
      configMap(name, data, { labels: { test } });
    const current = async (): Promise<string> =>
      (await context().client.get(maps())).body.metadata.resourceVersion;

    beforeAll(async () => {
      namespace = await context().namespace();
    }, 60_000);

    it('begins with what is there when no resourceVersion is given', async () => {
      const { client } = context();
      await client.post(maps(), labelled('there', 'initial'));
      for (const query of [only('initial'), `${only('initial')}&resourceVersion=0`]) {
        const watch = await client.watch(maps(), query);
        expect(await watch.take(1)).toEqual(['ADDED there']);
        watch.close();
      }
    });

    it('tells every change after a resourceVersion once, in order', async () => {
      const { client } = context();
      await client.post(maps(), labelled('before', 'order'));
      const watch = await client.watch(maps(), `${only('order')}&resourceVersion=${await current()}`);
      await client.post(maps(), labelled('x', 'order', { n: '0' }));
      await client.post(maps(), labelled('y', 'order'));
      await client.merge(`${maps()}/x`, { data: { n: '1' } });
      await client.merge(`${maps()}/x`, { data: { n: '2' } });
      await client.delete(`${maps()}/y`);
      await client.delete(`${maps()}/x`);
      expect(await watch.take(6)).toEqual([
        'ADDED x',
        'ADDED y',
        'MODIFIED x',
        'MODIFIED x',
        'DELETED y',
        'DELETED x',
      ]);
      expect(watch.events.map(({ object }) => object.data?.n)).toEqual([
        '0',
        undefined,
        '1',
        '2',
        undefined,
        '2',
      ]);
      const versions = watch.events.map(({ object }) => Number(object.metadata.resourceVersion));
      expect(versions).toEqual([...versions].sort((a, b) => a - b));
      expect(new Set(versions).size).toBe(6);
      watch.close();
    });

    it('resumes where another has ended', async () => {
      const { client } = context();
      const { body } = await client.post(maps(), labelled('resumed', 'resume', { n: '0' }));
      await client.merge(`${maps()}/resumed`, { data: { n: '1' } });
      await client.delete(`${maps()}/resumed`);
      const watch = await client.watch(
        maps(),
        `${only('resume')}&resourceVersion=${body.metadata.resourceVersion}`,
      );
      expect(await watch.take(2)).toEqual(['MODIFIED resumed', 'DELETED resumed']);
      watch.close();
    });

    it('says nothing of a write that changed nothing', async () => {
      const { client } = context();
      await client.apply(`${maps()}/quiet`, labelled('quiet', 'quiet', { a: '1' }));
      const watch = await client.watch(maps(), `${only('quiet')}&resourceVersion=${await current()}`);
      await client.apply(`${maps()}/quiet`, labelled('quiet', 'quiet', { a: '1' }));
      await client.apply(`${maps()}/quiet`, labelled('quiet', 'quiet', { a: '2' }), { dryRun: true });
      await client.delete(`${maps()}/quiet`);
      expect(await watch.take(1)).toEqual(['DELETED quiet']);
      watch.close();
    });

    it('turns a change of labels into coming and going', async () => {
      const { client } = context();
      const watch = await client.watch(maps(), `${only('moving')}&resourceVersion=${await current()}`);
      await client.post(maps(), labelled('moving', 'elsewhere', { n: '0' }));
      await client.merge(`${maps()}/moving`, { metadata: { labels: { test: 'moving' } }, data: { n: '1' } });
      await client.merge(`${maps()}/moving`, {
        metadata: { labels: { test: 'elsewhere' } },
        data: { n: '2' },
      });
      expect(await watch.take(2)).toEqual(['ADDED moving', 'DELETED moving']);
      // The departing object is shown as the selector knew it last.
      expect(watch.events[1]?.object).toMatchObject({
        metadata: { labels: { test: 'moving' } },
        data: { n: '1' },
      });
      const [added = 0, left = 0] = watch.events.map(({ object }) => Number(object.metadata.resourceVersion));
      expect(left).toBeGreaterThan(added);
      watch.close();
    });

    it('is confined to its namespace and its field selector', async () => {
      const { client } = context();
      const other = await context().namespace();
      const since = await current();
      const watch = await client.watch(maps(), `fieldSelector=metadata.name%3Dmine&resourceVersion=${since}`);
      await client.post(`/api/v1/namespaces/${other}/configmaps`, configMap('mine', {}));
      await client.post(maps(), configMap('not-mine', {}));
      await client.post(maps(), configMap('mine', {}));
      const event = await watch.next();
      expect([event.object.metadata.name, event.object.metadata.namespace]).toEqual(['mine', namespace]);
      watch.close();
    });

    it('ends when its time is over', async () => {
      const watch = await context().client.watch(
        maps(),
        `timeoutSeconds=1&resourceVersion=${await current()}`,
      );
      expect(watch.status).toBe(200);
      expect(await watch.drain()).toEqual([]);
    });

    it('sends bookmarks to whoever asks, at the latest before its end', async () => {
      const { client } = context();
      const since = await current();
      const watch = await client.watch(
        maps(),
        `allowWatchBookmarks=true&timeoutSeconds=4&${only('bookmarks')}&resourceVersion=${since}`,
      );
      // Other objects move the resourceVersion; a bookmark is how a quiet watch hears of it.
      await client.post(maps(), labelled('unseen', 'elsewhere'));
      const events = await watch.drain();
      expect(events.map(({ type }) => type)).toContain('BOOKMARK');
      const { object } = events.find(({ type }) => type === 'BOOKMARK') ?? {};
      expect(object).toMatchObject({ kind: 'ConfigMap', apiVersion: 'v1' });
      expect(Number(object.metadata.resourceVersion)).toBeGreaterThan(Number(since));
    }, 30_000);
  });
}

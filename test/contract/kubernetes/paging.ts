import { type Body } from './body';
import { type Lazily } from './context';
import { configMap } from './objects';

export function describePaging(context: Lazily): void {
  describe('lists', () => {
    let namespace: string;
    const maps = () => `/api/v1/namespaces/${namespace}/configmaps`;
    const names = (list: Body): string[] => list.items.map((item: Body) => item.metadata.name);
    const ours = 'labelSelector=set%3Dours';

    beforeAll(async () => {
      namespace = await context().namespace();
      for (const name of ['a', 'b', 'c', 'd', 'e']) {
        const labels = { set: 'ours', half: name < 'c' ? 'first' : 'second' };
        await context().client.post(maps(), configMap(name, {}, { labels }));
      }
    }, 60_000);

    it('are objects of the list kind, in the order of names', async () => {
      const { body } = await context().client.get(`${maps()}?${ours}`);
      expect(body).toMatchObject({
        kind: 'ConfigMapList',
        apiVersion: 'v1',
        metadata: { resourceVersion: expect.stringMatching(/^\d+$/) },
      });
      expect(names(body)).toEqual(['a', 'b', 'c', 'd', 'e']);
    });

    it('come in pages of one and the same moment', async () => {
      const { client } = context();
      const pages: Body[] = [];
      let token = '';
      do {
        const continued = token ? `&continue=${encodeURIComponent(token)}` : '';
        const { body } = await client.get(`${maps()}?${ours}&limit=2${continued}`);
        pages.push(body);
        if (pages.length === 1) await client.post(maps(), configMap('d2', {}, { labels: { set: 'ours' } }));
        token = body.metadata.continue ?? '';
      } while (token);
      expect(pages.map(names)).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
      expect(new Set(pages.map((page) => page.metadata.resourceVersion)).size).toBe(1);
      await client.delete(`${maps()}/d2`);
    });

    it('count what remains', async () => {
      const { body } = await context().client.get(`${maps()}?limit=1`);
      expect(body.metadata.remainingItemCount).toBeGreaterThanOrEqual(4);
    });

    it('refuse a continue token that they never gave', async () => {
      expect((await context().client.get(`${maps()}?limit=1&continue=nonsense`)).status).toBe(400);
    });

    it.each([
      ['half=first', ['a', 'b']],
      ['half!=first,set=ours', ['c', 'd', 'e']],
      ['set in (ours,theirs),half notin (second)', ['a', 'b']],
      ['set,!none,half=second', ['c', 'd', 'e']],
      ['half=none', []],
    ])('select by labels: %s', async (selector, expected) => {
      const { body } = await context().client.get(`${maps()}?labelSelector=${encodeURIComponent(selector)}`);
      expect(names(body)).toEqual(expected);
    });

    it('select by name', async () => {
      const { body } = await context().client.get(`${maps()}?fieldSelector=metadata.name%3Dc`);
      expect(names(body)).toEqual(['c']);
    });

    it('refuse a selector that cannot be read', async () => {
      expect((await context().client.get(`${maps()}?labelSelector=a%3D%3D%3Db`)).status).toBe(400);
      expect((await context().client.get(`${maps()}?fieldSelector=data.a%3Db`)).status).toBe(400);
    });

    it('span all namespaces', async () => {
      const { body } = await context().client.get(
        `/api/v1/configmaps?${ours}&fieldSelector=metadata.name%3Da`,
      );
      const found = body.items.map((item: Body) => item.metadata.namespace);
      expect(found).toContain(namespace);
    });
  });
}

import { type Body } from './body';
import { type Lazily } from './context';
import { configMap, deployment } from './objects';

export function describeOwnership(context: Lazily): void {
  describe('field ownership', () => {
    let namespace: string;
    const map = (name: string) => `/api/v1/namespaces/${namespace}/configmaps/${name}`;
    const entry = (object: Body, manager: string): Body =>
      object.metadata.managedFields.find((each: Body) => each.manager === manager);
    const data = (object: Body, manager: string): string[] =>
      Object.keys(entry(object, manager)?.fieldsV1['f:data'] ?? {}).filter((key) => key !== '.');

    beforeAll(async () => {
      namespace = await context().namespace();
    }, 60_000);

    it('is written down by manager, operation and version', async () => {
      const { body } = await context().client.apply(map('noted'), configMap('noted', { a: '1' }));
      expect(entry(body, 'one')).toMatchObject({
        operation: 'Apply',
        apiVersion: 'v1',
        time: expect.stringMatching(/Z$/),
        fieldsType: 'FieldsV1',
        fieldsV1: { 'f:data': { 'f:a': {} } },
      });
    });

    it('names list items by their keys', async () => {
      const path = `/apis/apps/v1/namespaces/${namespace}/deployments/items`;
      const { body } = await context().client.apply(path, deployment('items', { replicas: 0 }));
      const { fieldsV1 } = entry(body, 'one');
      expect(fieldsV1['f:spec']['f:template']['f:spec']['f:containers']).toEqual({
        'k:{"name":"main"}': { '.': {}, 'f:name': {}, 'f:image': {} },
      });
    });

    it('makes a conflict of a change by somebody else, unless it is forced', async () => {
      const { client } = context();
      await client.apply(map('contended'), configMap('contended', { a: '1', b: '1' }));
      const change = configMap('contended', { a: '2' });
      expect(await client.apply(map('contended'), change, { manager: 'two' })).toMatchObject({
        status: 409,
        body: {
          reason: 'Conflict',
          message: expect.stringContaining('conflict with "one"'),
          details: {
            causes: [
              {
                reason: 'FieldManagerConflict',
                message: expect.stringContaining('conflict with "one"'),
                field: '.data.a',
              },
            ],
          },
        },
      });
      const { body } = await client.apply(map('contended'), change, { manager: 'two', force: true });
      expect(body.data).toEqual({ a: '2', b: '1' });
      expect([data(body, 'one'), data(body, 'two')]).toEqual([['f:b'], ['f:a']]);
    });

    it('is shared by managers that say the same, and ends with the last of them', async () => {
      const { client } = context();
      const object = configMap('shared', { a: '1' });
      await client.apply(map('shared'), object);
      const { status, body } = await client.apply(map('shared'), object, { manager: 'two' });
      expect(status).toBe(200);
      expect([data(body, 'one'), data(body, 'two')]).toEqual([['f:a'], ['f:a']]);
      const kept = await client.apply(map('shared'), configMap('shared', {}));
      expect(kept.body.data).toEqual({ a: '1' });
      const dropped = await client.apply(map('shared'), configMap('shared', {}), { manager: 'two' });
      expect(dropped.body.data ?? {}).toEqual({});
    });

    it('does not reach fields that were never applied', async () => {
      const { client } = context();
      await client.post(
        `/api/v1/namespaces/${namespace}/configmaps`,
        configMap('partial', { a: '1', b: '2' }),
      );
      await client.apply(map('partial'), configMap('partial', { c: '3' }));
      const { body } = await client.apply(map('partial'), configMap('partial', {}));
      expect(body.data).toEqual({ a: '1', b: '2' });
    });

    it('passes to the hand that edits, whose entry says Update', async () => {
      const { client } = context();
      await client.apply(map('edited'), configMap('edited', { a: '1', b: '1' }));
      const { body } = await client.merge(`${map('edited')}?fieldManager=hand`, { data: { a: '2' } });
      expect(entry(body, 'hand').operation).toBe('Update');
      expect([data(body, 'one'), data(body, 'hand')]).toEqual([['f:b'], ['f:a']]);
      const back = await client.apply(map('edited'), configMap('edited', { a: '1', b: '1' }), {
        force: true,
      });
      expect(back.body.data).toEqual({ a: '1', b: '1' });
      expect(data(back.body, 'one').sort()).toEqual(['f:a', 'f:b']);
      expect(entry(back.body, 'hand')).toBeUndefined();
    });

    it('vanishes with the last field that was taken away', async () => {
      const { client } = context();
      await client.apply(map('lost'), configMap('lost', { a: '1' }));
      const { body } = await client.merge(`${map('lost')}?fieldManager=hand`, { data: { a: '2' } });
      expect(entry(body, 'one')).toBeUndefined();
    });

    it('is named after the user agent where no manager is given', async () => {
      const { client } = context();
      const path = `/api/v1/namespaces/${namespace}/configmaps`;
      const { body } = await client.post(path, configMap('agent', { a: '1' }));
      expect(entry(body, 'contract')).toMatchObject({
        operation: 'Update',
        fieldsV1: { 'f:data': { 'f:a': {} } },
      });
    });

    it('leaves replicas to whoever scales, once they are no longer applied', async () => {
      const { client } = context();
      const path = `/apis/apps/v1/namespaces/${namespace}/deployments/scaled`;
      await client.apply(path, deployment('scaled', { replicas: 0 }));
      await client.merge(`${path}?fieldManager=scaler`, { spec: { replicas: 2 } });
      const conflicting = await client.apply(path, deployment('scaled', { replicas: 0 }));
      expect([conflicting.status, conflicting.body.details.causes[0].field]).toEqual([409, '.spec.replicas']);
      const { body } = await client.apply(path, deployment('scaled'));
      expect(body.spec.replicas).toBe(2);
    });
  });
}

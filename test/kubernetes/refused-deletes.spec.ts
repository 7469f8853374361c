import { randomBytes } from 'node:crypto';
import { until } from '../support/until';
import { MERGE_PATCH } from './control-plane';
import { formatKubeconfig } from './control-plane/kubeconfig';
import type { TestCluster } from './support/fleet';
import { RealKeelson } from './support/real-keelson';

jest.setTimeout(180_000);

const SLOW_MS = 90_000;
/** What was refused is tried again after 15 s at the most, and after 30 s if that came a moment too early. */
const BACKOFF_MS = 60_000;
const id = randomBytes(3).toString('hex');
const name = `refused-${id}`;

const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const role = `${RBAC}/clusterroles/${name}`;
const binding = `${RBAC}/clusterrolebindings/${name}`;
const allButDelete = {
  apiGroups: ['*'],
  resources: ['*'],
  verbs: ['get', 'list', 'watch', 'create', 'patch', 'update'],
};
const deletes = (...resources: string[]) => ({ apiGroups: [''], resources, verbs: ['delete'] });

const GRANTED = ['services', 'serviceaccounts'];

const configMap = (of: string) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: of },
  data: { greeting: 'hello' },
});
/** One is deleted before ConfigMaps are, the other after them. */
const before = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'before' },
  spec: { ports: [{ port: 80 }] },
};
const after = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'after' } };

describe('a delete that the RBAC of a real API server refuses', () => {
  let real: RealKeelson;

  beforeAll(async () => {
    real = await RealKeelson.start('refused', { kubeconfig: limited });
  });
  afterAll(async () => {
    for (const path of [binding, role]) await real?.cluster.client.request('DELETE', path);
    await real?.stop();
  });

  /** Of an account that may do everything but delete, and delete only what is not a ConfigMap. */
  const limited = async (cluster: TestCluster, namespace: string): Promise<string> => {
    const accounts = `/api/v1/namespaces/${namespace}/serviceaccounts`;
    const { client } = cluster;
    await client.must('POST', accounts, { metadata: { name: 'keelson' } });
    const rules = [allButDelete, deletes(...GRANTED)];
    await client.must('POST', `${RBAC}/clusterroles`, { metadata: { name }, rules });
    await client.must('POST', `${RBAC}/clusterrolebindings`, {
      metadata: { name },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
      subjects: [{ kind: 'ServiceAccount', name: 'keelson', namespace }],
    });
    const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} };
    const { status } = await client.must('POST', `${accounts}/keelson/token`, request);
    return formatKubeconfig({ ...cluster, token: status.token });
  };

  const live = async (kind: string, of: string): Promise<any> => {
    const path = `/api/v1/namespaces/${real.namespace}/${kind}/${of}`;
    const answer = await real.cluster.client.request('GET', path);
    return answer.status === 200 ? answer.body : undefined;
  };
  const release = async (version: string, manifests: object[]): Promise<void> => {
    await real.define(name, manifests);
    await real.phase(await real.release(name, version), 'Succeeded');
  };
  const owed = async (): Promise<any[]> =>
    (await real.keelson.must('GET', `/v1/applications/${name}/targets`)).items.flatMap(
      (target: any) => target.owed,
    );

  it('is shown in the words of the server, keeps no other, and is done once it is allowed', async () => {
    await release('1', [configMap('stays'), configMap('guarded'), before, after]);
    await release('2', [configMap('stays')]);
    const delay = await until(
      'it is told',
      async () => (await owed()).find(({ reason }) => reason === 'Refused'),
      SLOW_MS,
    );
    expect(delay).toMatchObject({
      object: { kind: 'ConfigMap', namespace: real.namespace, name: 'guarded' },
      message: expect.stringMatching(/configmaps "guarded" is forbidden: User .* cannot delete/),
    });
    await until('nothing else is owed', async () => (await owed()).length === 1, SLOW_MS);
    expect(await live('services', 'before')).toBeUndefined();
    expect(await live('serviceaccounts', 'after')).toBeUndefined();
    expect((await live('configmaps', 'guarded')).metadata.deletionTimestamp).toBeUndefined();

    const rules = [allButDelete, deletes(...GRANTED, 'configmaps')];
    await real.cluster.client.must('PATCH', role, { rules }, MERGE_PATCH);
    await until('it is gone', async () => !(await live('configmaps', 'guarded')), BACKOFF_MS);
    await until('nothing is owed', async () => (await owed()).length === 0, SLOW_MS);
    expect(await live('configmaps', 'stays')).toBeDefined();
  });
});

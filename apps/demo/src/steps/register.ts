import { allPages, type Cluster } from '@keelson/cli';
import { FLEET } from '../fleet';
import type { Stage } from '../stage';

export const register = async (stage: Stage): Promise<void> => {
  stage.show.step('Register six clusters with labels');
  let position = 0;
  for (const { name, tier, region } of FLEET) {
    const body = { labels: { tier, region }, connection: { kubeconfig: stage.fleet.kubeconfig(name) } };
    const answer = await stage.api.put<{ position: number }>(`/clusters/${name}`, body);
    position = answer.position;
  }
  const clusters = await stage.until('all clusters are connected', async (note) => {
    const all = await allPages<Cluster>(stage.api, '/clusters', {}, position);
    const connected = all.filter(({ phase }) => phase === 'Connected');
    stage.show.progress('clusters connected', connected.length, FLEET.length);
    note(all.map(({ name, phase, lastError }) => `${name} ${phase} ${lastError?.message ?? ''}`).join(', '));
    return connected.length === FLEET.length ? connected : undefined;
  });
  const versions = [...new Set(clusters.map(({ version }) => version))];
  stage.claim(
    `${clusters.length} clusters are connected (Kubernetes ${versions.join(', ')})`,
    versions.every((version) => version !== undefined),
    'a cluster without a version',
  );
};

import { application, cluster, deployment } from './fixtures';
import { Harness } from './harness';

let api: Harness;
beforeAll(async () => (api = await Harness.start()));
afterAll(() => api.stop());

describe('clusters', () => {
  it('are registered, shown, changed and forgotten', async () => {
    const put = await api.put('/v1/clusters/eu-1', cluster({ reason: 'new region' }));
    expect(put.status).toBe(202);
    expect(put.body).toEqual({ position: 1, warnings: [] });

    const shown = await api.getAt('/v1/clusters/eu-1', put.body.position);
    expect(shown.body).toEqual({
      name: 'eu-1',
      labels: { tier: 'canary' },
      server: 'https://cluster.example:6443',
      phase: 'Pending',
      version: null,
      lastSeen: null,
      nodes: { total: 0, ready: 0, onlineRate: null },
      targets: { total: 0, converged: 0, drifted: 0, behind: 0 },
      warnings: [],
      position: 1,
    });
    expect(shown.text).not.toContain('secret-token');
  });
});

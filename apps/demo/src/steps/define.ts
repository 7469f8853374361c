import { FLEET } from '../fleet';
import { APPLICATION, definition } from '../shop';
import type { Stage } from '../stage';

export const define = async (stage: Stage): Promise<void> => {
  stage.show.step(
    'Define an application: two ConfigMaps, a Service, a Deployment; canaries first, then production',
  );
  const { position } = await stage.api.put<{ position: number }>(`/applications/${APPLICATION}`, {
    ...definition({ legacy: true }),
    reason: 'the shop moves to Keelson',
  });
  const targets = await stage.targets(position);
  stage.claim(
    `the labels select ${FLEET.length} clusters`,
    targets.length === FLEET.length,
    `${targets.length} targets`,
  );
  const names = FLEET.map(({ name }) => name);
  const touched = await stage.clustersWhereNot(
    names,
    async (live) => (await live.deployment()) === undefined,
  );
  stage.claim(
    'defining runs nothing: no cluster has an object of it',
    touched.length === 0,
    touched.join(', '),
  );
};

import { CANARIES, FLEET } from '../fleet';
import { APPLICATION, LEGACY, REPLICAS, SETTINGS } from '../shop';
import { runs, type Stage } from '../stage';

export const firstRelease = async (stage: Stage): Promise<void> => {
  stage.show.step('Release 1.0: the canaries, then production, two clusters at a time');
  const accepted = await stage.release('1.0', 'first release');
  const run = await stage.runUntil('succeeds', accepted, ({ phase }) => phase === 'Succeeded');
  const names = FLEET.map(({ name }) => name);
  const missing = await stage.clustersWhereNot(names, runs('1.0', REPLICAS));
  stage.claim(
    `${REPLICAS} Ready pods of 1.0 in each of ${names.length} clusters`,
    missing.length === 0,
    missing.join(', '),
  );
  const incomplete = await stage.clustersWhereNot(names, async (live) => {
    const maps = await Promise.all([live.configMap(SETTINGS), live.configMap(LEGACY)]);
    return maps.every((map) => map !== undefined);
  });
  stage.claim(
    `the ConfigMaps of ${APPLICATION} are in all of them`,
    incomplete.length === 0,
    incomplete.join(', '),
  );
  await claimOrder(stage, run.id);
};

/** From the log, because a look at the run now and then could miss a step out of turn. */
const claimOrder = async (stage: Stage, run: string): Promise<void> => {
  const events = await stage.audit({ run });
  const canary = new Set(CANARIES.map(({ name }) => name));
  const inProduction = events.filter(
    ({ type, data }) => type === 'ClusterStarted' && !canary.has(String(data['cluster'])),
  );
  const canariesDone = events.find(
    ({ type, data }) => type === 'StageSucceeded' && data['stage'] === 'canary',
  );
  const first = Math.min(...inProduction.map(({ position }) => position));
  stage.claim(
    'production began only after both canaries had succeeded',
    canariesDone !== undefined && canariesDone.position < first,
    `canaries at position ${canariesDone?.position}, production at ${first}`,
  );
};

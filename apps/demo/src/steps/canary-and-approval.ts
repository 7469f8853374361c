import { CANARIES, FLEET } from '../fleet';
import { imageOf, strategy } from '../shop';
import { runs, type Stage } from '../stage';

const REPLICAS = 6;
const HALF = 3;

/** The canaries in two batches with a person between them and production. */
const careful = () => {
  const { stages, ...rest } = strategy('60s');
  const [canary, ...others] = stages;
  return {
    ...rest,
    stages: [{ ...canary, after: [{ type: 'Approval' }] }, ...others],
    batches: [{ size: '50%', pause: '1h' }, '100%'],
  };
};

export const canaryAndApproval = async (stage: Stage): Promise<void> => {
  stage.show.step(
    'Release 1.2: half of the pods of each canary, then all, then production if a person approves',
  );
  const canaries = CANARIES.map(({ name }) => name);
  const accepted = await stage.release('1.2', 'the typo is gone', { strategy: careful() });
  const { id } = accepted.run;
  await stage.until(`run ${id} holds the canaries at half`, async () => {
    const held = await stage.audit({ run: id, type: 'BatchReached' });
    return held.length === canaries.length || undefined;
  });
  const wrong = await stage.clustersWhereNot(canaries, async (live) => {
    const [pods, old, fresh] = await Promise.all([
      live.pods(),
      live.readyPods(imageOf('1.1')),
      live.readyPods(imageOf('1.2')),
    ]);
    return pods.length === REPLICAS && old === HALF && fresh === HALF;
  });
  stage.claim(
    `held exactly there: ${HALF} Ready pods of 1.1 and ${HALF} of 1.2 in each canary, by a plain Deployment`,
    wrong.length === 0,
    wrong.join(', '),
  );
  await stage.act(id, 'promote', 'half looks good');
  await stage.runUntil('asks for approval', accepted, ({ phase }) => phase === 'AwaitingApproval');
  const early = (await stage.audit({ run: id, type: 'ClusterStarted' })).filter(
    ({ data }) => !canaries.includes(String(data['cluster'])),
  );
  stage.claim('production waits for a person: no cluster of it was started', early.length === 0);
  await stage.act(id, 'approve', 'the canaries are fine');
  await stage.act(id, 'promote', 'no need to stop half-way again', { stage: 'production' });
  await stage.runUntil('succeeds', accepted, ({ phase }) => phase === 'Succeeded');
  const [approval] = await stage.audit({ run: id, type: 'GatePassed' });
  const { by, why } = approval?.data ?? {};
  stage.claim(
    `approved, and the log keeps by whom and why: ${String(by)}, "${String(why)}"`,
    by !== undefined && why === 'the canaries are fine',
    JSON.stringify(approval?.data),
  );
  const names = FLEET.map(({ name }) => name);
  await stage.everywhere('the old pods are gone', names, runs('1.2', REPLICAS));
  stage.claim(`${REPLICAS} Ready pods of 1.2 in every cluster, and no other`, true);
};

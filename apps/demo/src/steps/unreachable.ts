import type { Run } from '@keelson/cli';
import { FLEET } from '../fleet';
import { imageOf, strategy } from '../shop';
import { runs, type Stage } from '../stage';

const LOST = 'prod-us';
const REPLICAS = 3;

export const unreachable = async (stage: Stage): Promise<void> => {
  stage.show.step(`${LOST} becomes unreachable in the middle of release 1.3; the rest goes on`);
  const others = FLEET.map(({ name }) => name).filter((name) => name !== LOST);
  const accepted = await stage.release('1.3', 'new payment provider', { strategy: strategy('5s') });
  await stage.runUntil('has begun', accepted, ({ phase }) => phase === 'Progressing');
  stage.fleet.disconnect(LOST);
  stage.show.say(`(the network to ${LOST} is cut)`);
  const over = await stage.runUntil('succeeds without it', accepted, ({ phase }) => phase === 'Succeeded');
  const lost = clusterOf(over, LOST);
  stage.claim(
    `the run succeeded; ${LOST}: ${lost?.phase}, ${lost?.message ?? ''}`,
    lost?.phase === 'Failed',
    lost?.phase,
  );
  const missing = await stage.clustersWhereNot(others, runs('1.3', 6));
  stage.claim(`1.3 is in the other ${others.length} clusters`, missing.length === 0, missing.join(', '));

  const { position } = await stage.scale(REPLICAS, 'the sale is over');
  await stage.everywhere(`${REPLICAS} Ready pods in the others`, others, runs('1.3', REPLICAS));
  const targets = await stage.targets(position);
  const owed = targets.find(({ cluster }) => cluster === LOST);
  stage.claim(
    `scaled to ${REPLICAS} meanwhile; ${LOST} is ${owed?.phase}, at plan ${owed?.appliedGeneration}, wanted is ${owed?.generation}`,
    owed?.phase === 'Unreachable' && owed.appliedGeneration < owed.generation,
    `${owed?.phase} at ${owed?.appliedGeneration} of ${owed?.generation}`,
  );
  await comeBack(stage, owed?.generation ?? 0);
};

const comeBack = async (stage: Stage, wanted: number): Promise<void> => {
  stage.show.step(`${LOST} returns and catches up`);
  const from = await lastPosition(stage);
  const returned = performance.now();
  stage.fleet.reconnect(LOST);
  await stage.everywhere(`${REPLICAS} Ready pods of 1.3 in ${LOST}`, [LOST], runs('1.3', REPLICAS), 60_000);
  const took = ((performance.now() - returned) / 1_000).toFixed(1);
  stage.claim(
    `${REPLICAS} Ready pods of ${imageOf('1.3')} ${took} s after its return, without anybody's help`,
    true,
  );
  const applied = await stage.until('the log tells of it', async () => {
    const events = await stage.audit({ cluster: LOST, type: 'PlanApplied', after: from });
    return events.length > 0 ? events : undefined;
  });
  const generations = applied.map(({ data }) => Number(data['generation']));
  stage.claim(
    `it went straight to the newest plan (${wanted}); the one that it had missed was never applied`,
    generations.length === 1 && generations[0] === wanted,
    `plans ${generations.join(', ')}`,
  );
};

const clusterOf = (run: Run, name: string) =>
  run.stages.flatMap(({ clusters }) => clusters).find((cluster) => cluster.name === name);

const lastPosition = async (stage: Stage): Promise<number> => {
  const { head } = await stage.api.get<{ head: { position: number } }>('/audit/verify');
  return head.position;
};

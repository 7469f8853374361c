import type { ReleaseAccepted } from '@keelson/cli';
import { CANARIES, FLEET, PRODUCTION } from '../fleet';
import { imageOf, strategy } from '../shop';
import { runs, type Stage } from '../stage';
import { watchCapacity } from './capacity';

const REPLICAS = 6;
const BAD = 'missing';

/** Answers the run that stopped: its trail is shown at the end. */
export const badRelease = async (stage: Stage): Promise<string> => {
  stage.show.step('Release an image that does not exist: the run stops at the canaries');
  const canaries = CANARIES.map(({ name }) => name);
  const capacity = watchCapacity(
    canaries.map((name) => stage.live(name)),
    imageOf('1.1'),
  );
  let bad: ReleaseAccepted;
  try {
    bad = await stage.release(BAD, 'a typo in the pipeline', { strategy: strategy('5s') });
    const stopped = await stage.runUntil('stops', bad, ({ phase }) => phase === 'Paused');
    stage.claim(
      `the run paused by itself: ${stopped.reason ?? ''}`,
      stopped.reason !== undefined,
      'no reason given',
    );
  } finally {
    await capacity.stop();
  }
  stage.claim(
    `never fewer than ${REPLICAS} old pods Ready in any canary (looked ${capacity.looks} times)`,
    capacity.looks > 0 && capacity.least === REPLICAS,
    `${capacity.least} at least, ${capacity.looks} looks`,
  );
  const production = PRODUCTION.map(({ name }) => name);
  const touched = await stage.clustersWhereNot(production, runs('1.1', REPLICAS));
  stage.claim('production never saw it: 1.1 everywhere', touched.length === 0, touched.join(', '));
  await supersede(stage, bad);
  return bad.run.id;
};

const supersede = async (stage: Stage, bad: ReleaseAccepted): Promise<void> => {
  stage.show.step('Release 1.2: a good one replaces the one that is stuck');
  const good = await stage.release('1.2', 'the typo is gone');
  await stage.runUntil('succeeds', good, ({ phase }) => phase === 'Succeeded');
  const before = await stage.run(bad.run.id, good.position);
  stage.claim(`the stuck run ended as ${before.phase}`, before.phase === 'Superseded', before.phase);
  const names = FLEET.map(({ name }) => name);
  const missing = await stage.clustersWhereNot(names, runs('1.2', REPLICAS));
  stage.claim(
    `${REPLICAS} Ready pods of 1.2 in every cluster, nothing left of the bad one`,
    missing.length === 0,
    missing.join(', '),
  );
};

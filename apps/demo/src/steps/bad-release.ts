import type { ReleaseAccepted } from '@keelson/cli';
import { CANARIES, PRODUCTION } from '../fleet';
import { imageOf, strategy } from '../shop';
import { runs, type Stage } from '../stage';
import { watchCapacity } from './capacity';

const REPLICAS = 6;
const BAD = 'missing';

/** Answers the run that went back: its trail is shown at the end. */
export const badRelease = async (stage: Stage): Promise<string> => {
  stage.show.step('Release an image that does not exist: it stops at the canaries and goes back by itself');
  const canaries = CANARIES.map(({ name }) => name);
  const capacity = watchCapacity(
    canaries.map((name) => stage.live(name)),
    imageOf('1.1'),
  );
  let bad: ReleaseAccepted;
  try {
    bad = await stage.release(BAD, 'a typo in the pipeline', {
      strategy: { ...strategy('5s'), onFailure: 'Rollback' },
    });
    const ended = await stage.runUntil('is rolled back', bad, ({ phase }) => phase === 'RolledBack');
    stage.claim(
      `the run rolled back by itself: ${ended.reason ?? ''}`,
      ended.reason?.includes('ImagePullBackOff') === true,
      ended.reason ?? 'no reason given',
    );
  } finally {
    await capacity.stop();
  }
  stage.claim(
    `never fewer than ${REPLICAS} old pods Ready in any canary (looked ${capacity.looks} times)`,
    capacity.looks > 0 && capacity.least === REPLICAS,
    `${capacity.least} at least, ${capacity.looks} looks`,
  );
  await stage.everywhere('the bad pods are gone', canaries, runs('1.1', REPLICAS));
  stage.claim(`${REPLICAS} Ready pods of 1.1 in every canary again, nothing left of the bad one`, true);
  const production = PRODUCTION.map(({ name }) => name);
  const touched = await stage.clustersWhereNot(production, runs('1.1', REPLICAS));
  stage.claim('production never saw it: 1.1 everywhere', touched.length === 0, touched.join(', '));
  return bad.run.id;
};

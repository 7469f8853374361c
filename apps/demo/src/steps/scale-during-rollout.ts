import type { Run } from '@keelson/cli';
import { FLEET } from '../fleet';
import { imageOf } from '../shop';
import { runs, type Stage } from '../stage';

const MORE = 6;

export const scaleDuringRollout = async (stage: Stage): Promise<void> => {
  stage.show.step(`Release 1.1, and scale out to ${MORE} replicas in the middle of it`);
  const names = FLEET.map(({ name }) => name);
  const accepted = await stage.release('1.1', 'faster checkout');
  const middle = await stage.runUntil('is in the middle of production', accepted, inTheMiddle);
  const waiting = waitingClusters(middle);
  const asked = performance.now();
  const { position } = await stage.scale(MORE, 'a sale begins');
  const early = new Set<string>();
  await stage.everywhere(`${MORE} replicas are wanted in every cluster`, names, async (live) => {
    const deployment = await live.deployment();
    const scaled = deployment?.spec.replicas === MORE;
    const image = deployment?.spec.template.spec.containers[0]?.image;
    if (scaled && image === imageOf('1.0')) early.add(live.name);
    return scaled;
  });
  const took = Math.round(performance.now() - asked);
  const still = await stage.run(accepted.run.id, position);
  stage.claim(`all ${names.length} clusters were scaled ${took} ms after the request`, true);
  stage.claim(
    `without waiting for the run, which is still ${still.phase}`,
    still.phase === 'Progressing',
    still.phase,
  );
  stage.claim(
    `also where the release had not arrived yet: ${[...early].join(', ')} scaled 1.0`,
    waiting.some((name) => early.has(name)),
    `waiting were ${waiting.join(', ')}, scaled with 1.0 were ${[...early].join(', ') || 'none'}`,
  );
  await stage.runUntil('goes on and succeeds', accepted, ({ phase }) => phase === 'Succeeded');
  const missing = await stage.clustersWhereNot(names, runs('1.1', MORE));
  stage.claim(
    `the run went on: ${MORE} Ready pods of 1.1 in every cluster`,
    missing.length === 0,
    missing.join(', '),
  );
};

/** Production has begun and somebody still waits for a turn. */
const inTheMiddle = (run: Run): boolean =>
  run.stages.some(
    ({ name, clusters }) => name === 'production' && clusters.some(({ phase }) => phase === 'Progressing'),
  ) && waitingClusters(run).length > 0;

const waitingClusters = (run: Run): string[] =>
  run.stages.flatMap(({ clusters }) =>
    clusters.filter(({ phase }) => phase === 'Pending').map(({ name }) => name),
  );

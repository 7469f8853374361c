import { FLEET } from '../fleet';
import { APPLICATION, definition, FOREIGN_MANAGER, LEGACY } from '../shop';
import { runs, type Stage } from '../stage';

const FOREIGN = 'made-by-hand';
const REPLICAS = 3;

export const prune = async (stage: Stage): Promise<void> => {
  stage.show.step(`Release 1.4 without ConfigMap ${LEGACY}: it is removed from every cluster`);
  const names = FLEET.map(({ name }) => name);
  const witness = stage.live('prod-eu-2');
  await witness.createConfigMap(FOREIGN, FOREIGN_MANAGER);
  await stage.api.put(`/applications/${APPLICATION}`, {
    ...definition({ legacy: false }),
    reason: 'checkout v1 is gone',
  });
  const accepted = await stage.release('1.4', 'checkout v1 is gone');
  await stage.runUntil('succeeds', accepted, ({ phase }) => phase === 'Succeeded');
  await stage.everywhere(
    `${LEGACY} is gone`,
    names,
    async (live) => (await live.configMap(LEGACY)) === undefined,
  );
  stage.claim(`${LEGACY} answers 404 in all ${names.length} clusters`, true);
  stage.claim(
    'a ConfigMap that somebody made by hand in the same namespace is still there',
    (await witness.configMap(FOREIGN)) !== undefined,
  );
  const missing = await stage.clustersWhereNot(names, runs('1.4', REPLICAS));
  stage.claim(`${REPLICAS} Ready pods of 1.4 everywhere`, missing.length === 0, missing.join(', '));
  await stage.until('no delete is owed any more', async (note) => {
    const owing = (await stage.targets()).filter(({ owedDeletes }) => owedDeletes > 0);
    note(owing.map(({ cluster }) => cluster).join(', '));
    return owing.length === 0 || undefined;
  });
  stage.claim('no target owes a delete', true);
};

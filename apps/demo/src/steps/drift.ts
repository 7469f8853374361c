import type { AuditEvent } from '@keelson/cli';
import { FOREIGN_MANAGER, SETTINGS } from '../shop';
import type { Stage } from '../stage';

const CLUSTER = 'prod-eu-1';
const REPLICAS = 6;
const DEADLINE_MS = 10_000;

export const drift = async (stage: Stage): Promise<void> => {
  stage.show.step(`Somebody edits the live objects in ${CLUSTER} by hand`);
  const live = stage.live(CLUSTER);
  stage.show.say(`kubectl --context ${CLUSTER} edit configmap ${SETTINGS}   # currency: EUR → USD`);
  const edited = await live.editConfigMap(SETTINGS, { currency: 'USD' }, FOREIGN_MANAGER);
  stage.claim('the edit is in the cluster', edited.data?.['currency'] === 'USD');
  const data = await live.watchConfigMap(edited, (map) => map.data?.['currency'] === 'EUR', DEADLINE_MS);
  stage.claim(`currency is EUR again after ${Math.round(data)} ms`, true);

  stage.show.say(`kubectl --context ${CLUSTER} scale deployment shop --replicas 1`);
  const scaled = await live.scaleDeployment(1, FOREIGN_MANAGER);
  stage.claim('the Deployment wants 1 replica', scaled.spec.replicas === 1);
  const count = await live.watchDeployment(scaled, ({ spec }) => spec.replicas === REPLICAS, DEADLINE_MS);
  stage.claim(`it wants ${REPLICAS} again after ${Math.round(count)} ms`, true);
  await claimRecord(stage);
};

const claimRecord = async (stage: Stage): Promise<void> => {
  const found = await stage.until('both edits are in the log', async (note) => {
    const events = await stage.audit({ cluster: CLUSTER, type: 'DriftDetected' });
    note(JSON.stringify(events.map(({ data }) => data)));
    const changes = events.flatMap(changesOf).filter(({ manager }) => manager === FOREIGN_MANAGER);
    const paths = new Set(changes.map(({ path }) => path));
    return paths.has('/data/currency') && paths.has('/spec/replicas') ? changes : undefined;
  });
  for (const { path, from, to, manager } of found) {
    stage.show.say(`${path}: ${JSON.stringify(from)} → ${JSON.stringify(to)} by ${manager ?? 'unknown'}`);
  }
  stage.claim('the log names the fields and the manager that changed them', true);
  await stage.until('the target has no drift left', async (note) => {
    const target = (await stage.targets()).find(({ cluster }) => cluster === CLUSTER);
    note(`${target?.phase} ${JSON.stringify(target?.drift)}`);
    return (target?.phase === 'Available' && target.drift.length === 0) || undefined;
  });
  stage.claim('its target is Available, without drift', true);
};

interface Change {
  readonly path: string;
  readonly from: unknown;
  readonly to: unknown;
  readonly manager?: string;
}

const changesOf = ({ data }: AuditEvent): readonly Change[] => (data['changes'] ?? []) as readonly Change[];

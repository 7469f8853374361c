import { startOwnFleet, type OwnFleet } from './own-fleet';

declare global {
  /** What the global set-up started, for the global tear-down: Jest gives the two nothing else in common. */
  var keelsonOwnFleet: OwnFleet | undefined;
}

/** As many as any suite asks for; each costs about 350 MB. */
const CLUSTERS = 2;

/** Once a run: brings clusters of our own unless the user has named some. Workers inherit the variable. */
export default async function setUp(): Promise<void> {
  if (process.env['KEELSON_TEST_KUBECONFIGS']) return;
  const started = Date.now();
  globalThis.keelsonOwnFleet = await startOwnFleet(CLUSTERS, 'raised');
  process.env['KEELSON_TEST_KUBECONFIGS'] = globalThis.keelsonOwnFleet.kubeconfigs.join(':');
  process.stderr.write(`Kubernetes: own control planes ready in ${Date.now() - started} ms\n`);
}

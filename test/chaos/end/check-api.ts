import type { Model } from '../oracle/model';
import type { Client } from '../world/client';

/** Everything in which the API's own words differ from the model; asked when the clusters are as they should be. */
export const compareWithApi = async (model: Model, client: Client): Promise<string[]> => [
  ...(await compareClusters(model, client)),
  ...(await compareTargets(model, client)),
];

const compareClusters = async (model: Model, client: Client): Promise<string[]> => {
  const known = new Map((await client.list('/clusters')).map(({ name, phase }) => [name, phase]));
  return [...model.clusters].flatMap(([name, { registered }]) => {
    const phase = known.get(name) ?? 'absent';
    const expected = registered ? 'Connected' : 'absent';
    return phase === expected ? [] : [`the API says that cluster ${name} is ${phase} instead of ${expected}`];
  });
};

const compareTargets = async (model: Model, client: Client): Promise<string[]> => {
  const found: string[] = [];
  for (const [app, { definition }] of model.apps) {
    const { status } = await client.ask('GET', `/applications/${app}`);
    if ((status === 200) !== (definition !== undefined)) {
      found.push(`the API answers ${status} for application ${app}`);
    }
    if (!definition || status !== 200) continue;
    const known = new Map(
      (await client.list(`/applications/${app}/targets`)).map((item) => [item.cluster, item]),
    );
    for (const target of model.targets.values()) {
      if (target.app !== app) continue;
      const seen = known.get(target.cluster);
      known.delete(target.cluster);
      const difference = compareTarget(model, target, seen);
      if (difference) found.push(`the API says of ${app} in ${target.cluster}: ${difference}`);
    }
    for (const cluster of known.keys()) found.push(`the API has a target of ${app} in ${cluster}`);
  }
  return found;
};

const compareTarget = (
  model: Model,
  { release, whole }: { release?: string; whole: boolean },
  seen: any,
): string | undefined => {
  if (!seen) return 'there is no target';
  const version = release === undefined ? null : model.releases.get(release)?.version;
  if (seen.version !== version) return `version ${seen.version} instead of ${version}`;
  if (seen.owedDeletes !== 0) return `${seen.owedDeletes} deletes are owed`;
  if (seen.drift.length > 0) return `it has drifted: ${JSON.stringify(seen.drift)}`;
  if (release !== undefined && seen.generation !== seen.appliedGeneration) {
    return `generation ${seen.appliedGeneration} of ${seen.generation}: ${JSON.stringify(seen.lastError)}`;
  }
  const phase = release === undefined ? 'Pending' : 'Available';
  return whole && seen.phase !== phase ? `it is ${seen.phase}: ${seen.message}` : undefined;
};

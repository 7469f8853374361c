import type { KubeObject } from '@keelson/domain';
import type { Model } from '../oracle/model';
import type { World } from '../world/world';

/** Nodes that are not as they are when nothing is wrong with them: in their clusters, and by the API's own words. */
export const compareNodes = async (
  model: Model,
  { simulator, client }: Pick<World, 'simulator' | 'client'>,
): Promise<string[]> => {
  const found: string[] = [];
  for (const [cluster, { registered }] of model.clusters) {
    if (!registered) continue;
    const live = (await simulator.ask({ ask: 'nodes', cluster })) as KubeObject[];
    const known = new Map((await client.list(`/clusters/${cluster}/nodes`)).map((node) => [node.name, node]));
    for (const node of live) {
      const { name } = node.metadata;
      const difference = differenceOf(node) ?? apiDifferenceOf(known.get(name));
      if (difference !== undefined) found.push(`${cluster}: ${name} ${difference}`);
    }
    if (known.size !== live.length)
      found.push(`${cluster}: the API knows ${known.size} of ${live.length} nodes`);
  }
  return found;
};

const differenceOf = ({ metadata, spec, status }: any): string | undefined => {
  const ready = status?.conditions?.find(({ type }: any) => type === 'Ready')?.status;
  if (ready !== 'True') return `is Ready: ${ready}`;
  const repair = metadata.annotations?.['keelson.dev/node-repair'];
  if (repair !== undefined) return `is marked as under ${repair}`;
  return spec?.unschedulable ? 'is cordoned' : undefined;
};

const apiDifferenceOf = (seen: any): string | undefined => {
  if (!seen) return 'is not known to the API';
  return seen.online && seen.repair === null ? undefined : `is, the API says, ${JSON.stringify(seen)}`;
};

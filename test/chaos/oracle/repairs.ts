import type { LogEvent } from '../world/log-follower';

/** What the log has said of a repair that is not over. */
interface OpenRepair {
  readonly repair: string;
  readonly said: Set<string>;
  ours: boolean;
}

/** So many at once in a cluster, whatever the policy of the moment: a worker may decide by the one before. */
const MOST_AT_ONCE = 2;

/** What each step takes for granted. */
const AFTER: Readonly<Record<string, string>> = {
  NodePodsForceDeleted: 'NodeCordoned',
  NodeDrained: 'NodeCordoned',
  NodeRepairRequestBegun: 'NodeDrained',
  NodeRepairRequestFailed: 'NodeRepairRequestBegun',
  NodeRepairRequested: 'NodeRepairRequestBegun',
  NodeUncordoned: 'NodeCordoned',
};

/**
 * Everything about the repairs of nodes in the log that cannot be. `heard`: the repairs that the repair system was called
 * for: it may be at work on their machines.
 */
export const repairFaults = (events: readonly LogEvent[], heard: ReadonlySet<string>): string[] => {
  const open = new Map<string, OpenRepair>();
  const begun = new Set<string>();
  const found: string[] = [];
  for (const { position, type, stream, data } of events) {
    if (!stream.startsWith('node-repairs/') || data.repair === undefined) continue;
    const { cluster, node, repair } = data;
    const key = `${cluster}/${node}`;
    const fault = (what: string): void =>
      void found.push(`position ${position}: ${type} of ${repair}, ${what}`);
    const known = open.get(key);
    if (type === 'NodeRepairStarted') {
      if (known) fault(`and ${known.repair} of that node is not over`);
      open.set(key, { repair, said: new Set(), ours: false });
      const others = [...open.keys()].filter((each) => each.startsWith(`${cluster}/`));
      if (others.length > MOST_AT_ONCE) fault(`and that makes ${others.length} at once`);
      continue;
    }
    if (!known || known.repair !== repair) {
      fault(`and that node is under ${known?.repair ?? 'no repair'}`);
      continue;
    }
    const { said } = known;
    const before = AFTER[type];
    if (before !== undefined && !said.has(before)) fault(`without ${before}`);
    if (type === 'NodeCordoned') known.ours = data.ours;
    if (type === 'NodeCordonLifted') {
      known.ours = false;
      said.delete('NodeCordoned');
      said.delete('NodeDrained');
    }
    if (type === 'NodeUncordoned' && !known.ours) fault('and somebody else had cordoned it');
    if (type === 'NodeRepairRequestBegun') begun.add(repair);
    if (type === 'NodeRepairRequested' && !heard.has(repair)) fault('and the repair system was not called');
    said.add(type);
    if (type !== 'NodeRepairEnded') continue;
    open.delete(key);
    if (data.outcome === 'Repaired' && !said.has('NodeRepaired')) fault('and nobody said so');
    if (data.outcome === 'Recovered' && heard.has(repair)) fault('and the repair system was at work on it');
  }
  for (const repair of heard)
    if (!begun.has(repair))
      found.push(`the repair system was called for ${repair}, and the log says nothing of it`);
  return found;
};

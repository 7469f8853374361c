import { isDeepStrictEqual } from 'node:util';
import { tagOf, type Command } from '../script/commands';
import type { Entry } from '../world/journal';
import type { LogEvent } from '../world/log-follower';

/** The event that says that a command was taken: there is exactly one of it for each that was. */
const TOLD_BY: Readonly<Record<Exclude<Command['do'], 'act'>, readonly string[]>> = {
  register: ['ClusterRegistered', 'ClusterLabelsChanged'],
  forget: ['ClusterForgotten'],
  define: ['ApplicationDefined', 'ApplicationRedefined'],
  delete: ['ApplicationDeleted'],
  release: ['ReleaseRequested'],
  rollback: ['ReleaseRequested'],
  scale: ['ApplicationScaled'],
  hold: ['HoldPlaced'],
  unhold: ['HoldReleased'],
  defineSidecar: ['SidecarDefined', 'SidecarRedefined'],
  releaseSidecar: ['SidecarReleaseRequested'],
  deleteSidecar: ['SidecarDeleted'],
  repairBy: ['NodeRepairPolicyDefined'],
};

const PEOPLE = 'admin';
/** What nobody's command asked for: the repair system has its own judge, and the pipeline's webhook is there from the start. */
const OTHERS: ReadonlySet<string> = new Set(['NodeRepaired', 'WebhookDefined']);

/**
 * Holds the log against what the senders were told: what was acknowledged is in it once, at its position and with its
 * content; what was refused is not; and nothing is in it that nobody asked for.
 */
export const compareWithJournal = (events: readonly LogEvent[], entries: readonly Entry[]): string[] => {
  const byTag = new Map<string, LogEvent[]>();
  for (const event of events) {
    if (event.actor !== PEOPLE || OTHERS.has(event.type)) continue;
    const tag = event.reason ?? '';
    byTag.set(tag, [...(byTag.get(tag) ?? []), event]);
  }
  const found: string[] = [];
  for (const entry of entries) {
    const tag = tagOf(entry.number);
    const difference = differenceOf(entry, byTag.get(tag) ?? []);
    if (difference !== undefined) found.push(`#${entry.number} (${entry.command.do}): ${difference}`);
    byTag.delete(tag);
  }
  for (const [tag, [first]] of byTag) {
    found.push(`position ${first?.position}: ${first?.type} with the reason "${tag}", which nobody sent`);
  }
  return found;
};

const differenceOf = (entry: Entry, events: readonly LogEvent[]): string | undefined => {
  const { command, status, tries, position = 0 } = entry;
  if (command.do === 'act') return status < 300 ? checkAction(entry, events) : refused(events);
  const told = events.filter(({ type }) => TOLD_BY[command.do].includes(type));
  // The answer to the first of several tries was lost; the second was told that there is nothing to delete any more.
  const taken = status < 300 || (status === 404 && tries > 1 && told.length > 0);
  if (!taken) return refused(events) ?? `was refused: ${status} ${JSON.stringify(entry.body)}`;
  if (told.length !== 1) return `was acknowledged and is ${told.length} times in the log`;
  const last = Math.max(...events.map((event) => event.position));
  const exact = tries === 1 || command.do === 'release' || command.do === 'scale' || command.do === 'hold';
  if (status < 300 && (exact ? position !== last : position < last)) {
    return `was acknowledged at ${position} and is in the log at ${last}`;
  }
  return contentOf(command, told[0]!);
};

const refused = (events: readonly LogEvent[]): string | undefined =>
  events.length === 0 ? undefined : `was refused and is in the log at ${events[0]?.position}`;

const checkAction = ({ position }: Entry, events: readonly LogEvent[]): string | undefined => {
  const last = events.at(-1)?.position;
  return last === position ? undefined : `was acknowledged at ${position} and is in the log at ${last}`;
};

const contentOf = (command: Command, { data }: LogEvent): string | undefined => {
  const [sent, kept] = contents(command, data);
  return isDeepStrictEqual(sent, kept)
    ? undefined
    : `is in the log as ${JSON.stringify(kept)} instead of ${JSON.stringify(sent)}`;
};

const contents = (command: Command, data: any): [unknown, unknown] => {
  switch (command.do) {
    case 'register':
      return [command.labels, data.labels];
    case 'forget':
      return [command.workloads, data.workloads];
    case 'define':
      return [command.definition.manifests, data.definition?.objects ?? data.facets?.objects];
    case 'release':
      return [command.version, data.version];
    case 'rollback':
      return [command.to, data.version];
    case 'scale':
      return [command.scale.replicas, data.scale.replicas];
    case 'releaseSidecar':
      return [command.version, data.version];
    case 'repairBy':
      return [command.policy.maxConcurrent, data.maxConcurrent];
    default:
      return [undefined, undefined];
  }
};

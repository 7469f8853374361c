import { APPLICATION_LABEL, FIELD_MANAGER, type KubeObject } from '@keelson/domain';

/** Where a live object is not what is expected of it; undefined where it is. */
export const differenceOf = (expected: KubeObject, live: KubeObject, app: string): string | undefined => {
  const path = `${expected.kind} ${expected.metadata.name}`;
  const label = live.metadata.labels?.[APPLICATION_LABEL];
  if (label !== app) return `${path} has the label ${label} instead of ${app}`;
  return differenceIn(expected, live, path) ?? leftIn(expected, live, path);
};

/** Lists are whole; in a map, what is not planned may be anything. */
const differenceIn = (expected: unknown, live: unknown, path: string): string | undefined => {
  if (typeof expected !== 'object' || expected === null) {
    return expected === live ? undefined : `${path} is ${show(live)} instead of ${show(expected)}`;
  }
  if (Array.isArray(expected) && (live as unknown[] | undefined)?.length !== expected.length) {
    return `${path} is ${show(live)} instead of ${show(expected)}`;
  }
  for (const [key, value] of Object.entries(expected)) {
    const difference = differenceIn(
      value,
      (live as Record<string, unknown> | undefined)?.[key],
      `${path}.${key}`,
    );
    if (difference !== undefined) return difference;
  }
  return undefined;
};

/** What an earlier plan or a held batch left behind. */
const leftIn = (expected: any, live: any, path: string): string | undefined => {
  if (expected.kind === 'ConfigMap') {
    const left = Object.keys(live.data ?? {}).find((key) => !(key in expected.data) && isOurs(live, key));
    return left && `${path} still has ${left}, which no manifest has`;
  }
  const { spec = {} } = live;
  if (expected.kind === 'Deployment') {
    if (spec.minReadySeconds) return `${path} is still held: minReadySeconds ${spec.minReadySeconds}`;
    if (spec.paused) return `${path} is still paused`;
    const { maxSurge = '25%', maxUnavailable = '25%' } = spec.strategy?.rollingUpdate ?? {};
    if (!expected.spec.strategy && (maxSurge !== '25%' || maxUnavailable !== '25%')) {
      return `${path} still has the strategy of a batch: ${show(spec.strategy)}`;
    }
  }
  const { partition = 0 } = spec.updateStrategy?.rollingUpdate ?? {};
  return partition === 0 ? undefined : `${path} is still held: partition ${partition}`;
};

/** A key that somebody else has set as well is theirs when it leaves our manifest. */
const isOurs = ({ metadata }: any, key: string): boolean => {
  const owners = (metadata.managedFields ?? []).filter(
    ({ fieldsV1 }: any) => fieldsV1?.['f:data']?.[`f:${key}`] !== undefined,
  );
  return owners.length === 0 || owners.some(({ manager }: any) => manager === FIELD_MANAGER);
};

const show = (value: unknown): string => JSON.stringify(value) ?? 'absent';

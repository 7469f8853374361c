import { type Registry } from './registry';
import { type ResourceType, apiVersionOf } from './resource-type';

/** Discovery documents; unaggregated, which every client understands. */

/** What `/version` answers. The kinds and versions served are those of this release. */
export const VERSION = {
  major: '1',
  minor: '31',
  gitVersion: 'v1.31.0+keelson-simulator',
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '1970-01-01T00:00:00Z',
  goVersion: 'none',
  compiler: 'none',
  platform: 'none',
};

const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];
const STATUS_VERBS = ['get', 'patch', 'update'];

const describe = (type: ResourceType): object[] => [
  {
    name: type.plural,
    singularName: type.singular,
    namespaced: type.namespaced,
    kind: type.kind,
    verbs: VERBS,
    ...(type.shortNames.length > 0 ? { shortNames: type.shortNames } : {}),
  },
  ...(type.hasStatus
    ? [
        {
          name: `${type.plural}/status`,
          singularName: '',
          namespaced: type.namespaced,
          kind: type.kind,
          verbs: STATUS_VERBS,
        },
      ]
    : []),
  ...(type.scale ? [subresource(type, 'scale', AUTOSCALING, STATUS_VERBS)] : []),
  ...(type.kind === 'Pod' && type.group === '' ? [subresource(type, 'eviction', EVICTION, ['create'])] : []),
];

const AUTOSCALING = { group: 'autoscaling', version: 'v1', kind: 'Scale' };
const EVICTION = { group: 'policy', version: 'v1', kind: 'Eviction' };

/** An endpoint that speaks of another kind than its resource. */
const subresource = (
  { plural, namespaced }: ResourceType,
  name: string,
  body: object,
  verbs: readonly string[],
): object => ({ name: `${plural}/${name}`, singularName: '', namespaced, ...body, verbs });

/** `/api` */
export const coreVersions = { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [] };

const groupOf = (name: string, types: readonly ResourceType[]): object => {
  const versions = [...new Set(types.flatMap((type) => type.versions))].map((version) => ({
    groupVersion: apiVersionOf(name, version),
    version,
  }));
  return { name, versions, preferredVersion: versions[0] };
};

const typesByGroup = (registry: Registry): Map<string, ResourceType[]> => {
  const groups = new Map<string, ResourceType[]>();
  for (const type of registry.types()) {
    const types = groups.get(type.group);
    if (types) types.push(type);
    else groups.set(type.group, [type]);
  }
  return groups;
};

/** `/apis` */
export const groupList = (registry: Registry): object => ({
  kind: 'APIGroupList',
  apiVersion: 'v1',
  groups: [...typesByGroup(registry)]
    .filter(([name]) => name !== '')
    .map(([name, types]) => groupOf(name, types)),
});

/** `/apis/{group}`, or undefined when the group is not served. */
export function group(registry: Registry, name: string): object | undefined {
  const types = typesByGroup(registry).get(name);
  return types && { kind: 'APIGroup', apiVersion: 'v1', ...groupOf(name, types) };
}

/** `/api/v1` and `/apis/{group}/{version}`, or undefined when the version is not served. */
export function resourceList(registry: Registry, apiVersion: string): object | undefined {
  const types = registry
    .types()
    .filter((type) => type.versions.some((version) => apiVersionOf(type.group, version) === apiVersion));
  if (types.length === 0) return undefined;
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: apiVersion,
    resources: types.flatMap(describe),
  };
}

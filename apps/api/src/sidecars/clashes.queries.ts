import { joins, type Labels, type SidecarContainer, type SidecarDefinition } from '@keelson/domain';
import type { Pool } from 'pg';

/** Somebody else's container of the same name in a pod that the sidecar would be added to. */
export interface Clash {
  readonly container: string;
  /** Whose it is, in words. */
  readonly message: string;
}

interface Host {
  readonly application: string;
  readonly labels: Labels;
  readonly cluster: string;
  readonly cluster_labels: Labels;
}

/**
 * Clashes that are known now, of the applications' definitions and of the other sidecars. What comes later (a release
 * with other manifests, an override, a relabelled application) is told by the plan of the target that it concerns.
 */
export const clashesOf = async (
  pool: Pool,
  sidecar: string,
  definition: SidecarDefinition,
  containers: readonly SidecarContainer[],
): Promise<Clash[]> => {
  const hosts = (await hostsOf(pool)).filter((host) => isHost(definition, host));
  if (hosts.length === 0) return [];
  const names = containers.map(({ name }) => name);
  const [own, others] = await Promise.all([
    ownContainers(pool, [...new Set(hosts.map(({ application }) => application))], names),
    otherSidecars(pool, sidecar),
  ]);
  const shared = others.filter(({ definition: other }) => hosts.some((host) => isHost(other, host)));
  return [
    ...own.map(({ application, container }) => ({
      container,
      message: `application ${application}, which is selected, has a container "${container}" already`,
    })),
    ...shared.flatMap(({ name: other, definition: { containers: theirs } }) =>
      theirs
        .filter(({ name }) => names.includes(name))
        .map(({ name }) => ({
          container: name,
          message: `sidecar ${other} adds a container "${name}" to an application that both select`,
        })),
    ),
  ];
};

const isHost = (definition: SidecarDefinition, { labels, cluster, cluster_labels }: Host): boolean =>
  joins(definition, labels, { name: cluster, labels: cluster_labels });

const hostsOf = async (pool: Pool): Promise<Host[]> => {
  const { rows } = await pool.query<Host>({
    name: 'sidecar-hosts',
    text: `
      select a.name as application, coalesce(a.labels, '{}') as labels, c.name as cluster, c.labels as cluster_labels
      from read.applications a
      join read.targets t on t.application = a.name
      join read.clusters c on c.name = t.cluster
      where not a.deleted and not t.removing`,
  });
  return rows;
};

/** Looked for in the database: the manifests of a fleet's applications are too much to read for a few names. */
const ownContainers = async (
  pool: Pool,
  applications: readonly string[],
  containers: readonly string[],
): Promise<{ application: string; container: string }[]> => {
  const { rows } = await pool.query<{ application: string; container: string }>({
    name: 'sidecar-clashes',
    text: `
      select distinct a.name as application, c ->> 'name' as container
      from read.applications a
      cross join lateral jsonb_path_query(a.state,
        '$.definition.objects[*] ? (@.kind != "Job").spec.template.spec') pod
      cross join lateral jsonb_array_elements(
        coalesce(pod -> 'containers', '[]') || coalesce(pod -> 'initContainers', '[]')) c
      where a.name = any($1) and c ->> 'name' = any($2)
      order by 1, 2`,
    values: [applications, containers],
  });
  return rows;
};

const otherSidecars = async (
  pool: Pool,
  sidecar: string,
): Promise<{ name: string; definition: SidecarDefinition }[]> => {
  const { rows } = await pool.query<{ name: string; definition: SidecarDefinition }>({
    name: 'other-sidecars',
    text: `select name, state -> 'definition' as definition from read.sidecars
           where not deleted and name <> $1 order by name`,
    values: [sidecar],
  });
  return rows;
};

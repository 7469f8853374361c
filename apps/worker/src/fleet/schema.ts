/**
 * The fleet read model: a fold of the log that may be dropped and rebuilt at any time.
 * `position` on a row is the log position that last changed it: workers find what wants attention by
 * `position > what they have seen`, so no hand-over depends on a message that could be lost.
 * Bump FLEET_VERSION with every change of the tables or of the fold; the runner then rebuilds beside the live schema.
 */
export const FLEET_VERSION = 6;
export const FLEET_SCHEMA = 'read';

/** Rows carry the whole record of the fold; the other columns are taken out of it for those who query. */
export const FLEET_DDL = `
create table clusters (
  name          text primary key,
  position      bigint not null,
  record        jsonb not null,
  labels        jsonb not null generated always as (record #> '{state,labels}') stored,
  server        text not null generated always as (record #>> '{state,connection,server}') stored,
  credentials   text not null generated always as (record #>> '{state,connection,credentials}') stored,
  warnings      jsonb not null generated always as (record #> '{state,connection,warnings}') stored,
  phase         text not null generated always as (record #>> '{state,phase}') stored,
  version       text generated always as (record #>> '{state,version}') stored,
  last_error    jsonb generated always as (
    jsonb_set(record #> '{state,unreachable}', '{at}', record -> 'errorAt')
  ) stored,
  identity      text generated always as (record #>> '{state,identity}') stored,
  expires_at    text generated always as (record #>> '{state,connection,expiresAt}') stored,
  registered    bigint not null generated always as ((record -> 'registered')::bigint) stored,
  workloads     text generated always as (record #>> '{state,workloads}') stored
);
create index on clusters (position);

create table applications (
  name            text primary key,
  position        bigint not null,
  record          jsonb not null,
  created_at      timestamptz not null,
  updated_at      timestamptz not null,
  project         text not null generated always as (record ->> 'project') stored,
  deleted         boolean not null generated always as (record #> '{state,exists}' = 'false') stored,
  state           jsonb not null generated always as (record -> 'state') stored,
  active_run      text generated always as (record #>> '{state,activeRun}') stored,
  settled_release text generated always as (record ->> 'settledRelease') stored,
  labels          jsonb generated always as (record #> '{state,definition,labels}') stored,
  depends_on      jsonb generated always as (record #> '{state,definition,dependsOn}') stored
);

create table releases (
  id          text primary key,
  position    bigint not null,
  record      jsonb not null,
  created_at  timestamptz not null,
  application text not null generated always as (record ->> 'application') stored,
  sequence    integer not null generated always as ((record ->> 'sequence')::integer) stored,
  version     text not null generated always as (record ->> 'version') stored,
  revision    text not null generated always as (record ->> 'revision') stored,
  run         text not null generated always as (record ->> 'run') stored,
  images      jsonb not null generated always as (record -> 'images') stored,
  objects     jsonb not null generated always as (record -> 'objects') stored,
  restores    text generated always as (record ->> 'restores') stored,
  actor       text not null generated always as (record ->> 'actor') stored,
  reason      text generated always as (record ->> 'reason') stored
);
create index on releases (application, sequence);

create table runs (
  id          text primary key,
  position    bigint not null,
  over        boolean not null,
  record      jsonb not null,
  started_at  timestamptz not null,
  finished_at timestamptz,
  application text not null generated always as (record #>> '{state,application}') stored,
  release     text not null generated always as (record #>> '{state,release}') stored,
  version     text not null generated always as (record #>> '{state,version}') stored,
  revision    text not null generated always as (record #>> '{state,revision}') stored,
  phase       text not null generated always as (record #>> '{state,phase}') stored,
  state       jsonb not null generated always as (record -> 'state') stored,
  callback    jsonb generated always as (record #> '{state,callback}') stored
);
create index on runs (application);
create index on runs (position) where callback is not null;
create index on runs (id) where not over;
create index on runs (position);

-- Plans are addressed by content: clusters that render alike share one row.
create table plan_contents (
  hash    text primary key,
  objects jsonb not null
);

create table targets (
  application        text not null,
  cluster            text not null,
  position           bigint not null,
  record             jsonb not null,
  removing           boolean not null generated always as ((record -> 'removing')::boolean) stored,
  release            text generated always as (record ->> 'release') stored,
  run                text generated always as (record ->> 'run') stored,
  pace               jsonb generated always as (record -> 'pace') stored,
  joint              jsonb generated always as (record -> 'joint') stored,
  sidecars           jsonb generated always as (record -> 'sidecars') stored,
  colours            jsonb generated always as (record -> 'colours') stored,
  stable             text generated always as (record ->> 'stable') stored,
  version            text generated always as (record ->> 'version') stored,
  revision           text generated always as (record ->> 'revision') stored,
  generation         bigint not null generated always as ((record -> 'generation')::bigint) stored,
  hash               text generated always as (record ->> 'hash') stored,
  plan_error         text generated always as (record ->> 'planError') stored,
  applied_generation bigint not null generated always as ((record -> 'appliedGeneration')::bigint) stored,
  health             jsonb generated always as (record -> 'health') stored,
  failure            jsonb generated always as (record -> 'failure') stored,
  drift              jsonb not null generated always as (record -> 'drift') stored,
  flaps              jsonb generated always as (record -> 'flaps') stored,
  primary key (application, cluster)
);
create index on targets (cluster);
create index on targets (position);
create index on targets (cluster) where generation > applied_generation;
create index on targets using gin (sidecars) where sidecars is not null;

create table holds (
  id          text primary key,
  position    bigint not null,
  record      jsonb not null,
  application text generated always as (record ->> 'application') stored,
  cluster     text generated always as (record ->> 'cluster') stored,
  project     text generated always as (record ->> 'project') stored,
  released    boolean not null generated always as (record ? 'released') stored
);
create index on holds (id) where not released;
create index on holds (position);

create table windows (
  name     text primary key,
  position bigint not null,
  record   jsonb not null,
  deleted  boolean not null generated always as ((record -> 'deleted')::boolean) stored
);
create index on windows (position);

create table sidecars (
  name            text primary key,
  position        bigint not null,
  record          jsonb not null,
  deleted         boolean not null generated always as (record #> '{state,exists}' = 'false') stored,
  state           jsonb not null generated always as (record -> 'state') stored,
  active_run      text generated always as (record #>> '{state,activeRun}') stored,
  settled_release text generated always as (record ->> 'settledRelease') stored
);
create index on sidecars (position);

create table sidecar_releases (
  id       text primary key,
  position bigint not null,
  record   jsonb not null,
  sidecar  text not null generated always as (record ->> 'sidecar') stored,
  version  text not null generated always as (record ->> 'version') stored,
  revision text not null generated always as (record ->> 'revision') stored
);
create index on sidecar_releases (sidecar, position);

-- What a sidecar's runs decided about a cluster.
create table sidecar_clusters (
  sidecar  text not null,
  cluster  text not null,
  position bigint not null,
  record   jsonb not null,
  release  text not null generated always as (record ->> 'release') stored,
  run      text not null generated always as (record ->> 'run') stored,
  pace     jsonb generated always as (record -> 'pace') stored,
  stable   text generated always as (record ->> 'stable') stored,
  primary key (sidecar, cluster)
);

create table nodes (
  cluster  text not null,
  node     text not null,
  position bigint not null,
  record   jsonb not null,
  ready    boolean not null generated always as ((record -> 'ready')::boolean) stored,
  primary key (cluster, node)
);

-- All repairs under way in a cluster, and what halts them.
create table node_repairs (
  cluster  text primary key,
  position bigint not null,
  record   jsonb not null
);
create index on node_repairs (position);

-- The node online rate, by day.
create table node_tallies (
  cluster  text primary key,
  position bigint not null,
  record   jsonb not null
);

create table node_repair_policies (
  name     text primary key,
  position bigint not null,
  record   jsonb not null,
  deleted  boolean not null generated always as ((record -> 'deleted')::boolean) stored
);
create index on node_repair_policies (position);

create table webhooks (
  name     text primary key,
  position bigint not null,
  record   jsonb not null,
  deleted  boolean not null generated always as ((record -> 'deleted')::boolean) stored
);
create index on webhooks (position);

-- The inventory: whatever a plan ever named and that is not confirmed gone. wanted = false is a tombstone.
create table inventory (
  application text not null,
  cluster     text not null,
  key         text not null,
  position    bigint not null,
  entry       jsonb not null,
  ref         jsonb not null generated always as (entry -> 'ref') stored,
  uid         text generated always as (entry ->> 'uid') stored,
  created     boolean not null generated always as ((entry -> 'created')::boolean) stored,
  made        boolean not null generated always as (entry ? 'made') stored,
  wanted      boolean not null generated always as ((entry -> 'wanted')::boolean) stored,
  owed_since  text generated always as (entry ->> 'owedSince') stored,
  delay       jsonb generated always as (entry -> 'delay') stored,
  primary key (application, cluster, key)
);
create index on inventory (cluster) where not wanted;
`;

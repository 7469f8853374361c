-- What workers see and nobody audits: heartbeats and progress counts, overwritten in place and rebuilt by looking.

create table cluster_observations (
  cluster     text primary key,
  last_seen   timestamptz not null,
  nodes_total int not null,
  nodes_ready int not null
);

create table target_observations (
  application text not null,
  cluster     text not null,
  desired     int not null,
  updated     int not null,
  ready       int not null,
  observed_at timestamptz not null,
  primary key (application, cluster)
);

do $$
begin
  if exists (select from pg_roles where rolname = 'keelson_app') then
    grant select, insert, update, delete on cluster_observations, target_observations to keelson_app;
  end if;
end $$;

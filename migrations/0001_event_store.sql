-- The log. DESIGN.md, "The event store", says why each part is as it is.

-- What was recorded, in the order in which transactions took numbers; that is not commit order.
create table events (
  seq            bigint generated always as identity primary key,
  tx             xid8 not null default pg_current_xact_id(),
  stream_id      text not null,
  version        int not null check (version > 0),
  event_id       uuid not null unique,
  type           text not null,
  schema_version int not null,
  data           jsonb not null,
  -- The whole event in RFC 8785 form: keys data, id, meta, recordedAt, schemaVersion, stream, type, version.
  -- Readers parse this one; the columns beside it are for SQL, and `verify` compares the two.
  canonical      text not null,
  meta           jsonb not null,
  recorded_at    timestamptz(3) not null,
  prev_hash      bytea not null,
  hash           bytea not null,
  unique (stream_id, version)
);
create index events_tx on events (tx, seq);

-- Audit queries. Partial where most events have no such field, so that those pay nothing for the index.
create index events_application on events ((data ->> 'application'), seq) where data ->> 'application' is not null;
create index events_cluster on events ((data ->> 'cluster'), seq) where data ->> 'cluster' is not null;
create index events_run on events ((data ->> 'run'), seq) where data ->> 'run' is not null;
create index events_actor on events ((meta ->> 'actor'), seq);
create index events_type on events (type, seq);
-- Rows lie in time order, so a summary of every 128 pages is enough, and costs appends next to nothing.
create index events_recorded_at on events using brin (recorded_at);

-- The one global order: commit order, without gaps.
create table event_log (
  pos     bigint primary key,
  seq     bigint not null unique references events,
  chain   bytea not null,
  -- The latest recorded_at up to here. It never falls, so a time is found by halving (see position_at).
  reached timestamptz(3) not null
);

-- One row: the end of event_log. (tx, seq) is where the sealer goes on; it saves probing what is sealed already.
create table log_head (
  only_row boolean primary key default true check (only_row),
  pos      bigint not null,
  chain    bytea not null,
  tx       xid8 not null,
  seq      bigint not null,
  reached  timestamptz(3) not null
) with (fillfactor = 20);
insert into log_head (pos, chain, tx, seq, reached)
values (0, decode(repeat('00', 32), 'hex'), '0', 0, '-infinity');

-- How far each subscriber has come; moved in the subscriber's own transaction.
create table checkpoints (
  name       text primary key,
  version    int not null,
  pos        bigint not null,
  updated_at timestamptz not null default now()
);

-- Signed heads: what a superuser who rewrites both chains cannot make again.
create table log_signatures (
  pos        bigint primary key,
  chain      bytea not null,
  signature  bytea not null,
  public_key text not null,
  signed_at  timestamptz(3) not null default now()
);

-- Answers already given to requests that carried an Idempotency-Key.
create table idempotency_keys (
  scope        text not null,
  key          text not null,
  request_hash text not null,
  answer       jsonb not null,
  -- Last event of the request; of the log's end when it recorded nothing; 0 when there was no event yet.
  seq          bigint not null,
  recorded_at  timestamptz(3) not null default now(),
  primary key (scope, key)
);
create index idempotency_keys_recorded_at on idempotency_keys (recorded_at);

-- Kubeconfigs and webhook secrets, encrypted (AES-256-GCM): beside the log, never in it.
create table secrets (
  name       text not null,
  version    uuid not null,
  ciphertext bytea not null,
  created_at timestamptz not null default now(),
  primary key (name, version)
);

-- The log is never changed, by nobody: grants do not bind a superuser, triggers do.
create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only: % refused', tg_table_name, lower(tg_op) using errcode = 'KE003';
end $$;

create trigger events_stay before update or delete on events for each row execute function refuse_change();
create trigger events_not_truncated before truncate on events for each statement execute function refuse_change();
create trigger event_log_stays before update or delete on event_log for each row execute function refuse_change();
create trigger event_log_not_truncated before truncate on event_log for each statement execute function refuse_change();
create trigger log_head_stays before delete on log_head for each row execute function refuse_change();
create trigger log_head_not_truncated before truncate on log_head for each statement execute function refuse_change();
create trigger log_signatures_stay before update or delete on log_signatures
  for each row execute function refuse_change();
create trigger log_signatures_not_truncated before truncate on log_signatures
  for each statement execute function refuse_change();

-- What the application needs, and no more: no UPDATE, DELETE or TRUNCATE on the log. A server of one's own can
-- log the application in as a member of this role; the embedded one runs as superuser and has the triggers.
do $$
begin
  begin
    create role keelson_app nologin;
  exception when duplicate_object or unique_violation or insufficient_privilege then
    null; -- Another database of this server made it, or an administrator has to.
  end;
  if exists (select from pg_roles where rolname = 'keelson_app') then
    grant select, insert on events, event_log, log_signatures to keelson_app;
    grant select, update on log_head to keelson_app;
    grant select, insert, update, delete on checkpoints, secrets to keelson_app;
    grant select, insert, delete on idempotency_keys to keelson_app;
  end if;
end $$;

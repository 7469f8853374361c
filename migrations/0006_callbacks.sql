-- Who is told of events, and how far. Not a read model: what was sent cannot be folded from the log.

-- A subscriber is `webhook/NAME` or `run/ID`.
create table callback_cursors (
  subscriber text primary key,
  -- Events of the subscriber's own stream that were heeded.
  version    int not null,
  -- Everything up to here was looked at: what was wanted of it is among the deliveries.
  pos        bigint not null,
  -- Nothing will come any more.
  done       boolean not null default false
);

create table callback_deliveries (
  id         bigint generated always as identity primary key,
  subscriber text not null,
  pos        bigint not null,
  event_id   uuid not null,
  type       text not null,
  -- The type that it is sent as.
  message    text not null,
  -- Messages of one stream are sent one after another.
  stream     text not null,
  phase      text not null default 'Pending' check (phase in ('Pending', 'Delivered', 'Failed')),
  attempts   int not null default 0,
  -- The newest attempts: at, ms, and status and response, or error.
  history    jsonb not null default '[]',
  due_at     timestamptz(3) not null default now(),
  created_at timestamptz(3) not null default now()
);
create index callback_deliveries_subscriber on callback_deliveries (subscriber, id);
create index callback_deliveries_due on callback_deliveries (subscriber, due_at) where phase = 'Pending';
create index callback_deliveries_open on callback_deliveries (subscriber, phase) where phase <> 'Delivered';
create index callback_deliveries_created_at on callback_deliveries using brin (created_at);

do $$
begin
  if exists (select from pg_roles where rolname = 'keelson_app') then
    grant select, insert, update, delete on callback_cursors, callback_deliveries to keelson_app;
  end if;
end $$;

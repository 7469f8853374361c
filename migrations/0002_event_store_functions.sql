-- Appends several units in one transaction. A unit is all or nothing over its streams; a unit that conflicts
-- writes nothing and spoils no other. One transaction a unit instead cost 3 x as much at 32 clients.
--
-- Order matters:
--   1. Refuse a transaction that has an xid. The append must be its first write: with an older xid than the last
--      writer of a stream, and positions in xid order, the stream's order would be inverted in the log.
--   2. Take the advisory locks (they take no xid), all of them in one order, so that batches cannot deadlock.
--   3. Only then read: each statement has its own snapshot (READ COMMITTED), so it sees what the previous holder
--      of the lock committed.
--
-- p_locks, p_exclusive   names to lock: streams (shared when only asserted), commands, idempotency keys
-- p_streams              the streams touched, each once
-- u_*                    one element a unit: number of its stream rows, id of its first event, its key and answer
-- r_*                    one element a (unit, stream): which of p_streams (from 1), expected version (-1: any),
--                        number of events
-- e_head, e_tail         one element an event: its canonical text before recordedAt, and from there to version
-- p_raise                raise KE002 at a conflict: for an append within a caller's own transaction
--
-- One row a unit. outcome: ok | conflict | duplicate (first outcome's events) | answered (see idempotency_keys).
create function append_units(
  p_locks text[], p_exclusive boolean[], p_streams text[],
  u_rows int[], u_first_id uuid[], u_scope text[], u_key text[], u_request_hash text[], u_answer text[],
  r_stream int[], r_expected int[], r_count int[],
  e_head text[], e_tail text[],
  p_raise boolean default false
) returns table (outcome text, seqs bigint[], versions int[], stream text, actual int, recorded_at text)
language plpgsql
-- A plan made while the tables were empty must not be kept as they grow: always by index.
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
  version_of int[];
  hash_of    bytea[];
  outcomes   text[];
  stored     text[];
  conflict_stream int[];
  versions_after  int[];
  first_event int[];
  last_event  int[];
  o_stream  text[] := '{}';
  o_version int[] := '{}';
  o_text    text[] := '{}';
  o_prev    bytea[] := '{}';
  o_hash    bytea[] := '{}';
  o_seq     bigint[];
  made int := 0;      -- events to be inserted
  read int := 0;      -- events looked at
  r_from int := 1;    -- first row of the unit
  r_to int;
  s int;
  line text;
  now_at timestamptz(3);
  now_text text;
begin
  if pg_current_xact_id_if_assigned() is not null then
    raise exception 'an append must be the first write of its transaction' using errcode = 'KE001';
  end if;

  perform case when l.exclusive then pg_advisory_xact_lock(l.id) else pg_advisory_xact_lock_shared(l.id) end
  from (
    select hashtextextended(t.name, 0) as id, bool_or(t.exclusive) as exclusive
    from unnest(p_locks, p_exclusive) t (name, exclusive) group by 1 order by 1 offset 0
  ) l;

  select array_agg(case when k.found then 'answered' when d.found then 'duplicate' end order by u.i)
  into outcomes
  from unnest(u_first_id, u_scope, u_key) with ordinality u (first_id, scope, key, i)
  left join lateral (select true as found from idempotency_keys x where x.scope = u.scope and x.key = u.key) k on true
  left join lateral (select true as found from events x where x.event_id = u.first_id) d on true;

  select array_agg(coalesce(h.version, 0) order by p.i),
         array_agg(coalesce(h.hash, '\x0000000000000000000000000000000000000000000000000000000000000000') order by p.i)
  into version_of, hash_of
  from unnest(p_streams) with ordinality p (name, i)
  left join lateral (
    select x.version, x.hash from events x where x.stream_id = p.name order by x.version desc limit 1
  ) h on true;

  now_at := clock_timestamp();
  now_text := to_char(now_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');

  for u in 1 .. cardinality(u_rows) loop
    r_to := r_from + u_rows[u] - 1;
    if outcomes[u] is null then
      outcomes[u] := 'ok';
      for r in r_from .. r_to loop
        if r_expected[r] >= 0 and r_expected[r] <> version_of[r_stream[r]] then
          outcomes[u] := 'conflict';
          conflict_stream[u] := r_stream[r];
          if p_raise then
            raise exception '% is at version %, expected %',
              p_streams[r_stream[r]], version_of[r_stream[r]], r_expected[r] using errcode = 'KE002';
          end if;
          exit;
        end if;
      end loop;
    end if;
    first_event[u] := made + 1;
    for r in r_from .. r_to loop
      if outcomes[u] = 'ok' then
        s := r_stream[r];
        for e in read + 1 .. read + r_count[r] loop
          version_of[s] := version_of[s] + 1;
          line := e_head[e] || now_text || e_tail[e] || version_of[s] || '}';
          made := made + 1;
          o_stream[made] := p_streams[s];
          o_version[made] := version_of[s];
          o_text[made] := line;
          o_prev[made] := hash_of[s];
          hash_of[s] := sha256(hash_of[s] || convert_to(line, 'UTF8'));
          o_hash[made] := hash_of[s];
        end loop;
        versions_after[r] := version_of[s];
      end if;
      read := read + r_count[r];
    end loop;
    last_event[u] := made;
    r_from := r_to + 1;
  end loop;

  if made > 0 then
    with added as (
      insert into events
        (stream_id, version, event_id, type, schema_version, data, canonical, meta, recorded_at, prev_hash, hash)
      select o.stream_id, o.version, (d.doc ->> 'id')::uuid, d.doc ->> 'type', (d.doc ->> 'schemaVersion')::int,
             d.doc -> 'data', o.line, d.doc -> 'meta', now_at, o.prev, o.hash
      from unnest(o_stream, o_version, o_text, o_prev, o_hash)
           with ordinality o (stream_id, version, line, prev, hash, i)
      cross join lateral (select o.line::jsonb as doc offset 0) d
      order by o.i
      returning events.seq
    )
    select array_agg(a.seq order by a.seq) into o_seq from added a;
  end if;

  if cardinality(array_remove(u_key, null)) > 0 then
    insert into idempotency_keys (scope, key, request_hash, answer, seq)
    select u.scope, u.key, u.request_hash, u.answer::jsonb,
           case when last_event[u.i::int] >= first_event[u.i::int] then o_seq[last_event[u.i::int]]
                else (select h.seq from log_head h) end
    from unnest(u_scope, u_key, u_request_hash, u_answer) with ordinality u (scope, key, request_hash, answer, i)
    where u.key is not null and outcomes[u.i::int] = 'ok';
  end if;

  recorded_at := now_text;
  r_from := 1;
  for u in 1 .. cardinality(u_rows) loop
    r_to := r_from + u_rows[u] - 1;
    outcome := outcomes[u];
    seqs := null; versions := null; stream := null; actual := null;
    if outcome = 'ok' then
      seqs := o_seq[first_event[u]:last_event[u]];
      versions := versions_after[r_from:r_to];
    elsif outcome = 'conflict' then
      stream := p_streams[conflict_stream[u]];
      actual := version_of[conflict_stream[u]];
    elsif outcome = 'duplicate' then
      -- The same command may decide otherwise the second time: its first transaction tells what it recorded.
      select array_agg(x.seq order by x.seq) into seqs
      from events f
      join events x on x.tx = f.tx and x.meta ->> 'commandId' = f.meta ->> 'commandId'
      where f.event_id = u_first_id[u];
    end if;
    return next;
    r_from := r_to + 1;
  end loop;
end $$;

-- Committed events without a position. The head by subqueries, so that it bounds the index scan: as a join it was
-- a filter over the whole log, 11 ms at 10,000 events where this takes 0.02 ms.
create function unsealed_events() returns setof events language sql stable as $$
  select e.*
  from events e
  where (e.tx, e.seq) > ((select h.tx from log_head h), (select h.seq from log_head h))
    and e.tx < pg_snapshot_xmax(pg_current_snapshot())
    and not exists (select from event_log l where l.seq = e.seq)
$$;

-- Gives committed events their positions, at most p_limit at a time, and chains them. One sealer works at a time.
-- The fence: an event counts when every transaction with a lower xid has ended, since only then is it certain
-- that nothing can still be committed before it. Commit order, as far as anyone can have seen it, is position order.
--
-- sealed: seq of the events at first_pos, first_pos + 1, …; more: there are committed events left, either beyond
-- the limit or behind the fence.
create function seal_events(p_limit int)
returns table (first_pos bigint, sealed bigint[], more boolean)
language plpgsql
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
  head    log_head;
  hashes  bytea[];
  times   timestamptz[];
  last_tx xid8;
  chains  bytea[] := '{}';
  reaches timestamptz[] := '{}';
begin
  -- Asking first keeps an idle system from writing: the row lock below does write.
  if not exists (select from unsealed_events()) then
    sealed := '{}'; more := false;
    return next;
    return;
  end if;

  select * into head from log_head for update;
  first_pos := head.pos + 1;
  -- A statement of its own, hence a snapshot from after the lock: it sees what the last sealer did.
  select coalesce(array_agg(e.seq order by e.tx, e.seq), '{}'), array_agg(e.hash order by e.tx, e.seq),
         array_agg(e.recorded_at order by e.tx, e.seq), max(e.tx)
  into sealed, hashes, times, last_tx
  from (
    select x.tx, x.seq, x.hash, x.recorded_at
    from events x
    where (x.tx, x.seq) > (head.tx, head.seq)
      and x.tx < pg_snapshot_xmin(pg_current_snapshot())
      -- Always true, but for a log restored from a dump (see adopt_restored_log).
      and not exists (select from event_log l where l.seq = x.seq)
    order by x.tx, x.seq
    limit p_limit
  ) e;

  for i in 1 .. cardinality(sealed) loop
    head.pos := head.pos + 1;
    head.chain := sha256(head.chain || int8send(head.pos) || hashes[i]);
    head.reached := greatest(head.reached, times[i]);
    chains[i] := head.chain;
    reaches[i] := head.reached;
  end loop;

  if cardinality(sealed) > 0 then
    insert into event_log (pos, seq, chain, reached)
    select first_pos + n.i - 1, n.seq, n.chain, n.reached
    from unnest(sealed, chains, reaches) with ordinality n (seq, chain, reached, i);
    update log_head h
    set pos = head.pos, chain = head.chain, reached = head.reached, tx = last_tx, seq = sealed[cardinality(sealed)];
    perform pg_notify('keelson_sealed', head.pos::text);
  end if;
  more := exists (select from unsealed_events());
  return next;
end $$;

-- The last position such that everything up to it was recorded at or before p_time; by halving, as positions
-- have no gaps and `reached` never falls.
create function position_at(p_time timestamptz) returns bigint language plpgsql stable as $$
declare
  low  bigint := 0;
  high bigint;
  half bigint;
begin
  select h.pos into high from log_head h;
  while low < high loop
    half := (low + high + 1) / 2;
    if (select l.reached from event_log l where l.pos = half) <= p_time then
      low := half;
    else
      high := half - 1;
    end if;
  end loop;
  return low;
end $$;

-- A dump restored into another server brings events whose xids that server has not come to yet. By the fence
-- they would wait for years, and events newer than they are would lie below log_head's (tx, seq) and never be
-- seen. So, when the log's end is beyond this server's xids: seal what the dump left unsealed, old server's events
-- first, and let the sealer go on from here; what it meets again later, event_log tells it to leave alone.
create function adopt_restored_log() returns void language plpgsql as $$
declare
  head  log_head;
  fence xid8;
  e     record;
begin
  if not exists (select from log_head h where h.tx >= pg_snapshot_xmax(pg_current_snapshot()))
     and not exists (select from events x where x.tx >= pg_snapshot_xmax(pg_current_snapshot())
                     and not exists (select from event_log l where l.seq = x.seq)) then
    return;
  end if;
  select * into head from log_head for update;
  fence := pg_snapshot_xmin(pg_current_snapshot());
  for e in
    select x.seq, x.hash, x.recorded_at
    from events x
    where (x.tx >= pg_snapshot_xmax(pg_current_snapshot()) or x.tx < fence)
      and not exists (select from event_log l where l.seq = x.seq)
    order by x.tx >= pg_snapshot_xmax(pg_current_snapshot()) desc, x.tx, x.seq
  loop
    head.pos := head.pos + 1;
    head.chain := sha256(head.chain || int8send(head.pos) || e.hash);
    head.reached := greatest(head.reached, e.recorded_at);
    insert into event_log (pos, seq, chain, reached) values (head.pos, e.seq, head.chain, head.reached);
  end loop;
  update log_head h
  set pos = head.pos, chain = head.chain, reached = head.reached,
      tx = least(head.tx, fence), seq = case when head.tx < fence then head.seq else 0 end;
  perform pg_notify('keelson_sealed', head.pos::text);
end $$;

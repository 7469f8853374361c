-- Appending and sealing in one round trip, and for less. The figures are of batches of 32 units.

-- The key was checked a row at a time, and each check locked the event's row, which is a write: half of a seal's
-- 0.9 ms. What it forbade cannot come about: `seal_next` inserts only what it has just read from `events`, of which
-- nothing is ever deleted, and `verify` finds a position whose event is not there.
alter table event_log drop constraint event_log_seq_fkey;

drop function append_units;
drop function seal_events;

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
-- p_heads, p_tails       one piece an event, joined by U+001F, which JSON text escapes: its canonical text before
--                        recordedAt, and from there to version. As an array each quotation mark would be escaped
--                        by the client and unescaped here.
-- p_raise                raise KE002 at a conflict: for an append within a caller's own transaction
--
-- One row for all of it: a row a unit cost 0.2 ms more, most of it in the client.
-- outcomes               one a unit: ok | conflict | duplicate (of a command) | answered (see idempotency_keys)
-- seqs                   of the events recorded, in the order in which they were given
-- versions               one a (unit, stream): ok, where the stream is after the unit; conflict, where the stream
--                        that was not at the expected version is; else null
create function append_units(
  p_locks text[], p_exclusive boolean[], p_streams text[],
  u_rows int[], u_first_id uuid[], u_scope text[], u_key text[], u_request_hash text[], u_answer text[],
  r_stream int[], r_expected int[], r_count int[],
  p_heads text, p_tails text, p_raise boolean,
  out outcomes text[], out seqs bigint[], out versions int[], out recorded_at text
)
language plpgsql
-- A plan made while the tables were empty must not be kept as they grow: always by index.
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
  heads      text[] := string_to_array(p_heads, e'\x1f');
  tails      text[] := string_to_array(p_tails, e'\x1f');
  version_of int[];
  hash_of    bytea[];
  n_line     text[];
  n_prev     bytea[];
  n_hash     bytea[];
  u_last     int[];    -- number of events recorded up to and with the unit
  made int := 0;       -- events to be inserted
  read int := 0;       -- events looked at
  r_from int := 1;     -- first row of the unit
  r_to int;
  s int;
  now_at timestamptz(3);
begin
  if pg_current_xact_id_if_assigned() is not null then
    raise exception 'an append must be the first write of its transaction' using errcode = 'KE001';
  end if;

  perform case when l.exclusive then pg_advisory_xact_lock(l.id) else pg_advisory_xact_lock_shared(l.id) end
  from (
    select hashtextextended(t.name, 0) as id, bool_or(t.exclusive) as exclusive
    from unnest(p_locks, p_exclusive) t (name, exclusive) group by 1 order by 1 offset 0
  ) l;

  select array_agg(case when k.found then 'answered' when d.found then 'duplicate' else 'ok' end order by u.i)
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
  recorded_at := to_char(now_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');
  versions := array_fill(null::int, array[cardinality(r_stream)]);

  for u in 1 .. cardinality(u_rows) loop
    r_to := r_from + u_rows[u] - 1;
    if outcomes[u] = 'ok' then
      for r in r_from .. r_to loop
        s := r_stream[r];
        if r_expected[r] >= 0 and r_expected[r] <> version_of[s] then
          if p_raise then
            raise exception '% is at version %, expected %', p_streams[s], version_of[s], r_expected[r]
              using errcode = 'KE002';
          end if;
          outcomes[u] := 'conflict';
          versions[r] := version_of[s];
          exit;
        end if;
      end loop;
    end if;
    for r in r_from .. r_to loop
      if outcomes[u] = 'ok' then
        s := r_stream[r];
        for e in read + 1 .. read + r_count[r] loop
          made := made + 1;
          version_of[s] := version_of[s] + 1;
          n_line[made] := heads[e] || recorded_at || tails[e] || version_of[s] || '}';
          n_prev[made] := hash_of[s];
          hash_of[s] := sha256(hash_of[s] || convert_to(n_line[made], 'UTF8'));
          n_hash[made] := hash_of[s];
        end loop;
        versions[r] := version_of[s];
      end if;
      read := read + r_count[r];
    end loop;
    u_last[u] := made;
    r_from := r_to + 1;
  end loop;

  if made > 0 then
    with added as (
      insert into events
        (stream_id, version, event_id, type, schema_version, data, canonical, meta, recorded_at, prev_hash, hash)
      select d.doc ->> 'stream', (d.doc ->> 'version')::int, (d.doc ->> 'id')::uuid, d.doc ->> 'type',
             (d.doc ->> 'schemaVersion')::int, d.doc -> 'data', n.line, d.doc -> 'meta', now_at, n.prev, n.hash
      from unnest(n_line, n_prev, n_hash) with ordinality n (line, prev, hash, i)
      cross join lateral (select n.line::jsonb as doc offset 0) d
      order by n.i
      returning events.seq
    )
    select array_agg(a.seq order by a.seq) into seqs from added a;
  end if;

  if cardinality(array_remove(u_key, null)) > 0 then
    insert into idempotency_keys (scope, key, request_hash, answer, seq)
    select u.scope, u.key, u.request_hash, u.answer::jsonb,
           case when u_last[u.i::int] > coalesce(u_last[u.i::int - 1], 0) then seqs[u_last[u.i::int]]
                else (select h.seq from log_head h) end
    from unnest(u_scope, u_key, u_request_hash, u_answer) with ordinality u (scope, key, request_hash, answer, i)
    where u.key is not null and outcomes[u.i::int] = 'ok';
  end if;
end $$;

-- Gives committed events their positions, at most p_limit at a time, and chains them. One sealer works at a time.
-- The fence: an event counts when every transaction with a lower xid has ended, since only then is it certain
-- that nothing can still be committed before it. Commit order, as far as anyone can have seen it, is position order.
--
-- sealed: seq of the events at first_pos, first_pos + 1, …
create function seal_next(p_limit int, out first_pos bigint, out sealed bigint[])
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
  chains  bytea[];
  reaches timestamptz[];
begin
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
    with added as (
      insert into event_log (pos, seq, chain, reached)
      select first_pos + n.i - 1, n.seq, n.chain, n.reached
      from unnest(sealed, chains, reaches) with ordinality n (seq, chain, reached, i)
    )
    update log_head h
    set pos = head.pos, chain = head.chain, reached = head.reached, tx = last_tx, seq = sealed[cardinality(sealed)];
    perform pg_notify('keelson_sealed', head.pos::text);
  end if;
end $$;

-- What a sealer does when it is woken. more: there are committed events left, either beyond the limit or behind the
-- fence.
create function seal_events(p_limit int, out first_pos bigint, out sealed bigint[], out more boolean)
language plpgsql
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
begin
  -- Asking first keeps an idle system from writing: the row lock of seal_next does write.
  if not exists (select from unsealed_events()) then
    sealed := '{}'; more := false;
    return;
  end if;
  select s.* into first_pos, sealed from seal_next(p_limit) s;
  more := exists (select from unsealed_events());
end $$;

-- Appends as append_units does and, once that is on the disk, seals what can be: two transactions, one round trip.
-- Through a sealer on another connection the same took 1.2 x as long at 32 clients.
-- Not `set … on procedure`: a procedure with settings of its own may not commit.
create procedure append_and_seal(
  p_locks text[], p_exclusive boolean[], p_streams text[],
  u_rows int[], u_first_id uuid[], u_scope text[], u_key text[], u_request_hash text[], u_answer text[],
  r_stream int[], r_expected int[], r_count int[],
  p_heads text, p_tails text, p_limit int,
  inout outcomes text[], inout seqs bigint[], inout versions int[], inout recorded_at text,
  inout first_pos bigint, inout sealed bigint[]
)
language plpgsql as $$
begin
  select a.* into outcomes, seqs, versions, recorded_at
  from append_units(p_locks, p_exclusive, p_streams, u_rows, u_first_id, u_scope, u_key, u_request_hash, u_answer,
                    r_stream, r_expected, r_count, p_heads, p_tails, false) a;
  commit;
  sealed := '{}';
  if seqs is not null then
    -- Sealing again after a crash gives every event the position that it had, so this need not reach the disk.
    set local synchronous_commit = off;
    begin
      select s.* into first_pos, sealed from seal_next(p_limit) s;
    exception when others then
      -- The append stands, whatever ails the sealing: the sealer tries again, and reports it.
      sealed := '{}';
    end;
  end if;
end $$;

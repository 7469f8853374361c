-- The fence looked at every transaction of the server. So one that wrote for an hour, in whatever database, held up every
-- answer of the API for an hour, and a worker that was stopped in the middle of a projection did until its session was
-- ended. What may still be committed before an event is another append, and nothing else.

-- Every append with a lower xid has ended, and the caller's next statement sees what it committed.
--
-- An append locks `events` (ROW EXCLUSIVE, as every insert does) before it has an xid, and holds the lock until what it
-- committed can be seen; a transaction that has an xid already may not append (KE001). Hence a transaction with an xid and
-- without that lock is innocent for good. The order of the three looks matters:
--   1. what is at or above the fence began later: it is above whatever is sealed now;
--   2. pg_locks is read in one go. It shows locks on tables before those on xids, so an append that comes between has an
--      xid that is above the fence. One that has its xid and not yet the lock on it is not shown, and so not innocent;
--   3. what has ended since the first look is seen from here on.
create function append_fence(out fence xid8)
language plpgsql as $$
declare
  now_running pg_snapshot := pg_current_snapshot();
  innocent xid[];
begin
  fence := pg_snapshot_xmax(now_running);
  if not exists (select from pg_snapshot_xip(now_running)) then
    return;
  end if;

  with held as materialized (
    select l.virtualtransaction as holder, l.locktype, l.transactionid
    from pg_locks l
    where (l.locktype = 'transactionid' and l.mode = 'ExclusiveLock')
       or (l.locktype = 'relation' and l.mode = 'RowExclusiveLock' and l.relation = 'events'::regclass
           and l.database = (select d.oid from pg_database d where d.datname = current_database()))
  )
  select coalesce(array_agg(x.transactionid), '{}') into innocent
  from held x
  where x.locktype = 'transactionid'
    and not exists (select from held a where a.locktype = 'relation' and a.holder = x.holder);

  select coalesce(min(r.xid), fence) into fence
  from pg_snapshot_xip(pg_current_snapshot()) r (xid)
  where r.xid < fence and r.xid::xid <> all (innocent);
end $$;

-- Gives committed events their positions, at most p_limit at a time, and chains them. One sealer works at a time.
-- An event counts when it is below the fence, since only then is it certain that nothing can still be committed before
-- it. Commit order, as far as anyone can have seen it, is position order.
--
-- sealed: seq of the events at first_pos, first_pos + 1, …
create or replace function seal_next(p_limit int, out first_pos bigint, out sealed bigint[])
language plpgsql
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $$
declare
  head    log_head;
  fence   xid8;
  hashes  bytea[];
  times   timestamptz[];
  last_tx xid8;
  chains  bytea[];
  reaches timestamptz[];
begin
  select * into head from log_head for update;
  first_pos := head.pos + 1;
  fence := append_fence();
  -- A statement of its own, hence a snapshot from after the lock and the fence: it sees what the last sealer did.
  select coalesce(array_agg(e.seq order by e.tx, e.seq), '{}'), array_agg(e.hash order by e.tx, e.seq),
         array_agg(e.recorded_at order by e.tx, e.seq), max(e.tx)
  into sealed, hashes, times, last_tx
  from (
    select x.tx, x.seq, x.hash, x.recorded_at
    from events x
    where (x.tx, x.seq) > (head.tx, head.seq)
      and x.tx < fence
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

/**
 * A loose index scan over events_type: one probe a type. Over a million events of 46 types it took 3 ms where
 * `select distinct type`, which reads them all, took 230 ms with everything cached.
 */
export const eventTypesQuery = `with recursive found (type) as (
    select min(type) from events
    union all
    select (select min(type) from events where type > found.type) from found where found.type is not null
  )
  select type from found where type is not null`;

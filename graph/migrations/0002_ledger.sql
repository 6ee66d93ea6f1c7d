-- The ledger: one row per paid call, from its reservation to its end. Rows are never deleted.
create table ledger (
  id bigint generated always as identity primary key,
  call_key text not null,
  run_id text not null,
  tenant text not null,
  node text not null,
  scene integer,
  realm text not null check (realm in ('offline', 'simulator', 'live')),
  provider text not null,
  model text not null,
  day date not null, -- UTC, of the reservation: a call that ends after midnight stays on its day
  status text not null check (status in ('reserved', 'settled', 'released', 'lost', 'cached')),
  reserved_usd numeric(12, 6) not null check (reserved_usd >= 0),
  spent_usd numeric(12, 6) not null default 0 check (spent_usd between 0 and reserved_usd),
  claimed_usd numeric(12, 6), -- what the vendor's usage numbers come to, where they exceed the worst case
  saved_usd numeric(12, 6) not null default 0 check (saved_usd >= 0),
  units jsonb not null default '{}',
  flagged text not null default '', -- why a person should look at this row
  note text not null default '',
  owner text not null, -- the process that made the reservation
  reserved_at timestamptz not null default now(),
  sent_at timestamptz, -- just before the request left; null proves that it never did
  closed_at timestamptz,
  held_usd numeric(12, 6) generated always as
    (case status when 'reserved' then reserved_usd else spent_usd end) stored
);
create index ledger_run on ledger (run_id, id);
create index ledger_day_of_call on ledger (day, tenant);

-- What each tenant holds per day, so that a day and a month are summed without reading every call.
create table ledger_day (
  realm text not null,
  tenant text not null,
  day date not null,
  held_usd numeric(14, 6) not null check (held_usd >= 0),
  primary key (realm, day, tenant)
);

-- Every change of a row, appended: what was held before and after, and why.
create table ledger_history (
  id bigint generated always as identity primary key,
  entry_id bigint not null references ledger (id),
  status text not null,
  change_usd numeric(12, 6) not null,
  note text not null,
  at timestamptz not null default clock_timestamp()
);
create index ledger_history_entry on ledger_history (entry_id);

create function ledger_guard() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' then
    raise exception 'ledger rows are never deleted';
  end if;
  if old.status = new.status and old.status = 'reserved' then
    return new;
  end if;
  if old.status = 'reserved' and new.status in ('settled', 'released', 'lost')
    or old.status = 'lost' and new.status in ('settled', 'released') then
    return new;
  end if;
  raise exception 'ledger row % cannot go from % to %', old.id, old.status, new.status;
end $$;
create trigger ledger_guard before update or delete on ledger
  for each row execute function ledger_guard();

create function ledger_account() returns trigger language plpgsql as $$
declare
  change numeric := new.held_usd;
begin
  if tg_op = 'INSERT' then
    insert into ledger_day (realm, tenant, day, held_usd)
      values (new.realm, new.tenant, new.day, change)
      on conflict (realm, day, tenant)
      do update set held_usd = ledger_day.held_usd + excluded.held_usd;
  else
    change := new.held_usd - old.held_usd;
    update ledger_day set held_usd = held_usd + change
      where realm = new.realm and day = new.day and tenant = new.tenant and change <> 0;
  end if;
  insert into ledger_history (entry_id, status, change_usd, note)
    values (new.id, new.status, change, new.note);
  return null;
end $$;
create trigger ledger_account after insert or update on ledger
  for each row execute function ledger_account();

-- Reserve, or say which limit has too little left. The lock comes in a statement of its own:
-- a sum in the statement that waits for the lock would read from before the wait.
create function ledger_reserve(
  p_call_key text, p_run_id text, p_tenant text, p_node text, p_scene integer, p_realm text,
  p_provider text, p_model text, p_day date, p_worst_usd numeric, p_owner text,
  p_short_usd numeric, p_tenant_day_usd numeric, p_deployment_day_usd numeric,
  p_deployment_month_usd numeric
) returns table (entry_id bigint, limit_name text, left_usd numeric) language plpgsql as $$
begin
  if p_worst_usd > 0 then
    perform pg_advisory_xact_lock(hashtextextended('shortfactory ledger ' || p_realm, 0));
    select room.name, room.usd into limit_name, left_usd
    from (values
      (1, 'short', p_short_usd -
        (select coalesce(sum(l.held_usd), 0) from ledger l where l.run_id = p_run_id)),
      (2, 'tenant_day', p_tenant_day_usd -
        (select coalesce(sum(d.held_usd), 0) from ledger_day d
         where d.realm = p_realm and d.day = p_day and d.tenant = p_tenant)),
      (3, 'deployment_day', p_deployment_day_usd -
        (select coalesce(sum(d.held_usd), 0) from ledger_day d
         where d.realm = p_realm and d.day = p_day)),
      (4, 'deployment_month', p_deployment_month_usd -
        (select coalesce(sum(d.held_usd), 0) from ledger_day d
         where d.realm = p_realm and d.day >= date_trunc('month', p_day)::date
           and d.day < (date_trunc('month', p_day) + interval '1 month')::date))
    ) as room (position, name, usd)
    where room.usd < p_worst_usd
    order by room.position
    limit 1;
    if found then
      return next;
      return;
    end if;
  end if;
  insert into ledger (call_key, run_id, tenant, node, scene, realm, provider, model, day,
                      status, reserved_usd, owner)
    values (p_call_key, p_run_id, p_tenant, p_node, p_scene, p_realm, p_provider, p_model, p_day,
            'reserved', p_worst_usd, p_owner)
    returning id into entry_id;
  return next;
end $$;

-- Limits shared by all workers: the next free start per model, and who is calling right now.
create table call_turn (
  name text primary key,
  next_at timestamptz not null
);
create table call_slot (
  name text not null,
  slot integer not null,
  holder text not null,
  until timestamptz not null,
  primary key (name, slot)
);

-- What the service keeps beside the runs: orders, events, keys, references to artifacts.
create table submissions (
    run_id          uuid primary key, -- written before its run, so that an order repeated finds it
    tenant          text not null,
    idempotency_key text,
    request_sha256  text not null,
    webhook_url     text,
    created_at      timestamptz not null default now(),
    constraint submissions_key unique (tenant, idempotency_key)
);

-- Everything that was told about a run, in order, for whoever comes later or comes back.
create table run_events (
    id     bigint generated always as identity primary key,
    run_id uuid not null references runs (id) on delete cascade,
    tenant text not null,
    at     timestamptz not null default clock_timestamp(),
    kind   text not null,
    data   jsonb not null
);
create index run_events_run on run_events (run_id, id);

-- Only the hash of a key is kept; 256 random bits need no slow hash.
create table api_keys (
    id           uuid primary key,
    tenant       text not null,
    name         text not null,
    prefix       text not null unique,
    sha256       bytea not null unique,
    scopes       text[] not null,
    created_at   timestamptz not null default now(),
    expires_at   timestamptz,
    revoked_at   timestamptz,
    last_used_at timestamptz
);

-- Random values that all processes share, made by the first that needs one.
create table service_secrets (
    name  text primary key,
    value bytea not null
);

create table tenant_policies (
    tenant         text primary key,
    retention_days integer check (retention_days > 0)
);

-- Which run needs which file: a file that no run needs any more may go.
create table artifact_refs (
    run_id uuid not null references runs (id) on delete cascade,
    sha256 text not null,
    primary key (run_id, sha256)
);
create index artifact_refs_sha256 on artifact_refs (sha256);

-- One tenant cannot see another: the service works under this role, and these policies hold for it.
do $$ begin
    create role shortfactory_tenant nologin;
exception when duplicate_object or unique_violation then null; -- roles belong to the whole server
end $$;
grant shortfactory_tenant to current_user;
grant select, insert, update, delete on runs, submissions, run_events to shortfactory_tenant;
grant select on ledger to shortfactory_tenant;

alter table runs enable row level security;
alter table submissions enable row level security;
alter table run_events enable row level security;
alter table ledger enable row level security;
create policy own on runs to shortfactory_tenant
    using (tenant = current_setting('app.tenant')) with check (tenant = current_setting('app.tenant'));
create policy own on submissions to shortfactory_tenant
    using (tenant = current_setting('app.tenant')) with check (tenant = current_setting('app.tenant'));
create policy own on run_events to shortfactory_tenant
    using (tenant = current_setting('app.tenant')) with check (tenant = current_setting('app.tenant'));
create policy own on ledger to shortfactory_tenant
    using (tenant = current_setting('app.tenant'));

-- Sums must stay when a tenant is forgotten, its name and its runs must not.
create or replace function ledger_guard() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' then
    raise exception 'ledger rows are never deleted';
  end if;
  if old.tenant = current_setting('shortfactory.forget_tenant', true)
    and new.tenant = 'deleted' and new.status = old.status
    and new.reserved_usd = old.reserved_usd and new.spent_usd = old.spent_usd then
    return new;
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

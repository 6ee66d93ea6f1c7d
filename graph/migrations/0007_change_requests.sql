-- Changes of films as they came in with a key: the same request sent twice is one change.
create table change_requests (
    id              uuid primary key, -- the change's own, which its run and its film keep
    run_id          uuid not null references runs (id) on delete cascade,
    tenant          text not null,
    idempotency_key text not null,
    request_sha256  text not null,
    taken_at        timestamptz, -- written by the statement that records the change
    created_at      timestamptz not null default now(),
    constraint change_requests_key unique (tenant, idempotency_key)
);
create index change_requests_run on change_requests (run_id);

grant select, insert, update, delete on change_requests to shortfactory_tenant;
alter table change_requests enable row level security;
create policy own on change_requests to shortfactory_tenant
    using (tenant = current_setting('app.tenant')) with check (tenant = current_setting('app.tenant'));

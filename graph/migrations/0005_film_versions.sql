-- Every film that a run has become: what it is made of, and which calls a change of it made.
create table film_versions (
    run_id        uuid not null references runs (id) on delete cascade,
    version       integer not null check (version > 0),
    tenant        text not null,
    checkpoint_id text not null,
    state         jsonb not null, -- what the run knew, so that it can be so again
    package       jsonb not null,
    asked         jsonb, -- the change; null for the first film
    based_on      integer,
    after_entry   bigint not null, -- its calls are the rows of the ledger after this one
    last_entry    bigint not null, -- up to this one
    created_at    timestamptz not null default now(),
    primary key (run_id, version),
    foreign key (run_id, based_on) references film_versions (run_id, version)
);

grant select, insert, update, delete on film_versions to shortfactory_tenant;
alter table film_versions enable row level security;
create policy own on film_versions to shortfactory_tenant
    using (tenant = current_setting('app.tenant')) with check (tenant = current_setting('app.tenant'));

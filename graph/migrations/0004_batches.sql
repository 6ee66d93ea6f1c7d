-- What a vendor draws later at half the price. A row is written before its batch is submitted,
-- under a title that the vendor keeps too, so that nobody submits it twice; it goes when the batch
-- is over, and the ledger keeps the rest.
create table batches (
    call_key     text primary key,
    entry_id     bigint not null unique references ledger (id), -- what is held for it
    run_id       text not null,
    bill         jsonb not null,
    request      jsonb not null,
    title        text not null, -- its display name at the vendor
    name         text, -- the vendor's own; null until its answer was written down
    submitted_at timestamptz not null,
    give_up_at   timestamptz not null -- when patience ends and it is drawn at once instead
);
create index batches_run on batches (run_id);

-- When a run that waits for time alone is to be worked on again.
alter table runs add column wake_at timestamptz;
create index runs_wake on runs (wake_at) where status = 'parked';

-- Each threshold of each limit is told once; a limit that was changed is another limit.
create table budget_alerts (
    id           bigint generated always as identity primary key,
    limit_name   text not null,
    realm        text not null,
    scope        text not null, -- the run, the tenant, or the deployment
    period       text not null, -- the day or the month; nothing for a short
    percent      integer not null,
    limit_usd    numeric(12, 6) not null,
    spent_usd    numeric(14, 6) not null,
    at           timestamptz not null default clock_timestamp(),
    tried_at     timestamptz,
    tries        integer not null default 0,
    delivered_at timestamptz, -- at the webhook
    constraint budget_alerts_once unique (limit_name, realm, scope, period, percent, limit_usd)
);

-- Which shorts exist, where each stands, what a person decided, and who is working on it.
create table runs (
    id               uuid primary key,
    tenant           text not null,
    status           text not null default 'queued',
    title            text not null default '',
    topic            jsonb not null,
    providers        text not null,
    budget_usd       numeric(12, 6) not null,
    approve          text not null,
    plan             jsonb,
    reason           text not null default '',
    script_version   integer not null default 0,
    decision         jsonb,
    holder           jsonb,
    cancel_requested boolean not null default false,
    out              text,
    created_at       timestamptz not null default now(),
    updated_at       timestamptz not null default now(),
    constraint runs_status_known check (status in ('queued', 'running', 'waiting_approval',
        'waiting_budget', 'parked', 'done', 'failed', 'rejected', 'cancelled')),
    constraint runs_budget_positive check (budget_usd > 0),
    constraint runs_approve_known check (approve in ('ask', 'auto'))
);

-- Newest first, for one tenant and for all; the id breaks ties, so that pages never overlap.
create index runs_newest on runs (created_at desc, id desc);
create index runs_newest_of_tenant on runs (tenant, created_at desc, id desc);
create index runs_status on runs (status) where status in ('queued', 'running');

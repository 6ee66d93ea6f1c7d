-- What finds a call in its vendor's own books after the process that made it died.
alter table ledger add column trace jsonb not null default '{}'; -- what those books will say of it
alter table ledger add column vendor_ref text not null default ''; -- the vendor's id of the request
create index ledger_vendor_ref on ledger (provider, vendor_ref) where vendor_ref <> '';

-- A record of the vendor's pays for one lost call and no other, whoever recovers at the same time.
create table vendor_records (
    realm    text not null,
    provider text not null,
    ref      text not null,
    entry_id bigint not null references ledger (id),
    primary key (realm, provider, ref)
);

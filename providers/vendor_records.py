"""Which record of a vendor's books belongs to which row of the ledger."""

from __future__ import annotations

from collections.abc import Sequence

from providers.postgres import Pool, query
from providers.spending import Entry


class VendorRecords:
    """Reads and writes that belonging; every change is one statement."""

    def __init__(self, pool: Pool) -> None:
        """Work through this pool."""
        self._pool = pool

    async def take(self, entry: Entry, ref: str) -> bool:
        """Use a record for this entry; False when it belongs to another call."""
        facts = {"realm": entry.realm, "provider": entry.provider, "ref": ref, "id": entry.id}
        return bool(await query(self._pool, _TAKE, facts, what="ledger"))

    async def show_later(self, entry: Entry, refs: Sequence[str]) -> bool:
        """Whether one of these records is of a call that was sent after this entry's."""
        facts = {"realm": entry.realm, "provider": entry.provider, "refs": list(refs)}
        facts |= {"at": entry.sent_at}
        return bool(await query(self._pool, _LATER, facts, what="ledger"))


# A call that ended as usual has its reference in the ledger already.
_TAKE = """
insert into vendor_records as known (realm, provider, ref, entry_id)
select %(realm)s::text, %(provider)s::text, %(ref)s::text, %(id)s::bigint
where not exists (select from ledger other where other.provider = %(provider)s
  and other.vendor_ref = %(ref)s and other.realm = %(realm)s and other.id <> %(id)s)
on conflict (realm, provider, ref) do update set entry_id = excluded.entry_id
  where known.entry_id = excluded.entry_id
returning entry_id
"""

_LATER = """
select id from ledger where provider = %(provider)s and vendor_ref = any(%(refs)s)
  and vendor_ref <> '' and realm = %(realm)s and sent_at > %(at)s limit 1
"""

"""keys."""

from __future__ import annotations

from datetime import datetime

from rich.markup import escape
from rich.table import Table

from server.commands.database import on_database
from server.keys import SCOPES, ApiKey, Keys, Scope
from server.screen import notes, print_json, result
from shortfactory.errors import InvalidInput


def create(as_json: bool, tenant: str, scopes: str, name: str, days: int | None) -> int:
    """Make a key and print it, the only time."""
    wanted = _scopes(scopes)
    return _show_new(
        as_json,
        on_database(lambda opened: Keys(opened.pool).create(tenant, wanted, name=name, days=days)),
    )


def rotate(as_json: bool, prefix: str, hours: int) -> int:
    """Make a key like an old one, which stays good for some hours."""
    return _show_new(
        as_json, on_database(lambda opened: Keys(opened.pool).rotate(prefix, hours=hours))
    )


def revoke(as_json: bool, prefix: str) -> int:
    """End a key now."""
    key = on_database(lambda opened: Keys(opened.pool).revoke(prefix))
    if as_json:
        print_json({"key": key.model_dump(mode="json")})
    notes().print(f"The key {key.prefix} of {key.tenant} is revoked.")
    return 0


def list_keys(as_json: bool, tenant: str | None) -> int:
    """Print every key's facts."""
    found = on_database(lambda opened: Keys(opened.pool).list(tenant))
    if as_json:
        print_json({"keys": [key.model_dump(mode="json") for key in found]})
    elif found:
        result().print(_table(found))
    else:
        notes().print("There is no key yet, so only this machine is served.")
    return 0


def _scopes(given: str) -> tuple[Scope, ...]:
    wanted = {part.strip() for part in given.split(",")}
    if unknown := wanted - set(SCOPES):
        raise InvalidInput("scopes", sorted(unknown)[0], f"use {', '.join(SCOPES)}")
    return tuple(scope for scope in SCOPES if scope in wanted)


def _show_new(as_json: bool, made: tuple[str, ApiKey]) -> int:
    text, key = made
    if as_json:
        print_json({"secret": text, "key": key.model_dump(mode="json")})
    else:
        result().print(text)
        notes().print(f"This key of {key.tenant} is shown only now; keep it safe.")
    return 0


def _table(found: list[ApiKey]) -> Table:
    table = Table("Prefix", "Tenant", "Name", "Scopes", "Made", "Ends", "Last used", box=None)
    for key in found:
        ends = "revoked" if key.revoked_at else _day(key.expires_at)
        facts = [key.prefix, key.tenant, escape(key.name), ",".join(key.scopes)]
        table.add_row(*facts, _day(key.created_at), ends, _day(key.last_used_at))
    return table


def _day(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M}" if at else "-"

"""tenants."""

from __future__ import annotations

from rich.table import Table

from graph.policies import Policies
from server.commands.database import on_database
from server.keys import check_tenant
from server.screen import notes, print_json, result
from server.working import visit
from shortfactory.errors import InvalidInput, StorageError
from shortfactory.settings import Settings


def list_tenants(as_json: bool) -> int:
    """Print every tenant with its shorts, its keys and how long its shorts are kept."""
    found = on_database(lambda opened: Policies(opened.pool).all())
    if as_json:
        print_json({"tenants": [tenant.model_dump(mode="json") for tenant in found]})
        return 0
    days = Settings().service.retention_days
    table = Table("Tenant", "Shorts", "Keys", "Kept for", box=None)
    for each in found:
        kept = f"{each.retention_days or days} days"
        table.add_row(each.tenant, str(each.shorts), str(each.keys), kept)
    if found:
        result().print(table)
    else:
        notes().print("There is no tenant yet.")
    return 0


def retention(as_json: bool, tenant: str, days: int | None, default: bool) -> int:
    """Agree how long a tenant's finished shorts are kept.

    Raises:
        InvalidInput: the tenant's name or the days cannot be used, or both or none are given.
    """
    check_tenant(tenant)
    if (days is None) is not default:
        raise InvalidInput("days", days, "give --days N, or --default for the service's own")
    on_database(lambda opened: Policies(opened.pool).keep_for(tenant, days))
    if as_json:
        print_json({"tenant": tenant, "retention_days": days})
    whole = days or Settings().service.retention_days
    notes().print(
        f"Finished shorts of {tenant} are kept for {whole} days; a worker looks every night."
    )
    return 0


def delete_tenant(as_json: bool, tenant: str, sure: bool) -> int:
    """Delete everything of a tenant, look again, and print what there was and what is left.

    Raises:
        InvalidInput: not asked for twice.
        StorageError: something was left.
    """
    from graph.farewell import Farewell  # noqa: PLC0415 - loads LangGraph

    check_tenant(tenant)
    if not sure:
        raise InvalidInput("tenant", tenant, "this deletes all of its data; add --yes")
    gone = visit(Settings(), lambda factory: Farewell(factory).forget(tenant))
    if left := {name: number for name, number in gone.left.items() if number}:
        raise StorageError(f"Of {tenant} something is left: {left}.", cure="Delete it again.")
    if as_json:
        print_json({"tenant": tenant, **gone.model_dump(mode="json")})
    counts = ", ".join(f"{number} {name}" for name, number in gone.deleted.items() if number)
    notes().print(f"Of {tenant} were deleted: {counts or 'nothing'}. Nothing is left.")
    return 0

"""What every agent is given: the doors, the limits, and whose money is spent."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from pydantic import JsonValue
from typing_extensions import TypedDict

from media.render import RenderDoor
from providers.catalog import Catalog
from providers.gateway import Gateway
from providers.ledger import Ledger
from providers.ports import ArtifactStore
from shortfactory.plan import Payer
from shortfactory.settings import GraphSettings


class RunFacts(TypedDict):
    """Who is being served. Fixed for the life of a run."""

    id: str
    tenant: str
    providers: str
    approve: str


@dataclass(frozen=True, slots=True)
class Services:
    """Bound when the graph is built; never in state, never global."""

    gateway: Gateway
    store: ArtifactStore
    render: RenderDoor
    ledger: Ledger
    catalog: Catalog
    limits: GraphSettings
    budget: Callable[[str], Awaitable[Decimal]]
    """The run's spending limit in dollars as it stands now; a person may have raised it."""
    progress: Callable[[dict[str, JsonValue]], None]
    scratch: Path

    async def payer(self, run: RunFacts, node: str, scene: int | None = None) -> Payer:
        """Name the account for one call."""
        budget_usd = await self.budget(run["id"])
        return Payer(
            run_id=run["id"], tenant=run["tenant"], budget_usd=budget_usd, node=node, scene=scene
        )

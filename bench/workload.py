"""What reuse saves: 50 shorts with rerolls, edits and a second language, by the simulator's bill.

`python -m bench.workload` makes the calls of each version of each short through the gateway. The
naive bill is for the same calls where every version is made from its beginning, in a store of its
own.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache, partial
from pathlib import Path

import httpx

from bench.place import open_place
from graph.database import open_database
from providers.artifacts import FolderStore
from providers.catalog import Catalog
from providers.gateway import Gateway
from providers.ledger import Ledger
from providers.ports import ImageRequest, VoiceRequest
from providers.ratelimit import LocalLimiter
from shortfactory.plan import Payer
from shortfactory.settings import BudgetSettings, Settings
from shortfactory.story import Plain
from simulator.scenarios import Scenario
from simulator.server import Simulator

KEPT = Path(__file__).parent / "results" / "workload.json"
SHORTS, SCENES = 50, 6
IMAGE, VOICE = "gemini:gemini-3.1-flash-lite-image", "elevenlabs:eleven_flash_v2_5"
WORDS = "The dance says how far away the flowers are, and in which direction, by its angle."
# (what is different, scene, language) of each version: the first film and three changes of it.
VERSIONS = (("", 0, "en"), ("picture", 3, "en"), ("words", 5, "en"), ("", 0, "de"))
WIDE = BudgetSettings(
    tenant_day_usd=Decimal(1000),
    deployment_day_usd=Decimal(1000),
    deployment_month_usd=Decimal(1000),
)


class Bills(Plain):
    """Both bills of one measurement, in dollars."""

    on: date
    shorts: int
    versions: int
    reusing_usd: Decimal
    naive_usd: Decimal


async def version(gateway: Gateway, number: int, change: tuple[str, int, str]) -> None:
    """Make every call of one version, as the graph would from its beginning."""
    what, changed, language = change
    run_id = f"short-{number}"
    for scene in range(1, SCENES + 1):
        payer = Payer(run_id=run_id, budget_usd=Decimal(10), node="bench", scene=scene)
        variation = int(what == "picture" and scene == changed)
        edited = " And back." if what == "words" and scene == changed else ""
        request = ImageRequest(prompt=f"{run_id} scene {scene}: a bee dances", variation=variation)
        await gateway.draw(IMAGE, request, payer)
        text = f"{run_id} {scene}. {WORDS}{edited}"
        await gateway.speak(VOICE, VoiceRequest(text=text, language=language), payer)


async def short(gateway_of: Callable[[str], Gateway], number: int, naive: bool) -> None:
    """All versions of one short, one after the other; naively, none knows of another."""
    for nth, change in enumerate(VERSIONS):
        store = f"{number}-{nth}" if naive else "shared"
        await version(gateway_of(store), number, change)


async def measured(home: Path) -> tuple[Decimal, Decimal]:
    """The simulator's bill in dollars, with one artifact store for all and with one a version."""
    settings = Settings(_env_file=None, home=home)  # pyright: ignore[reportCallIssue]
    async with (
        open_database(settings) as database,
        Simulator() as simulator,
        httpx.AsyncClient(trust_env=False) as http,
    ):
        simulator.set(Scenario(pictures=8, concurrency=50))
        there = settings.simulator.model_copy(update={"base_url": simulator.base_url})
        quick = settings.gemini.model_copy(update={"images_per_minute": 100_000})
        chosen = settings.model_copy(update={"simulator": there, "gemini": quick})
        catalog = Catalog(chosen, "simulator", http)

        def gateway_of(name: str) -> Gateway:
            store, ledger = FolderStore(home / "artifacts" / name), Ledger(database.pool, WIDE)
            return Gateway(store, ledger, catalog, chosen.gateway, LocalLimiter())

        await all_shorts(partial(short, cache(gateway_of), naive=False))
        reusing_usd = simulator.spent_usd()
        await all_shorts(partial(short, gateway_of, naive=True))
        return reusing_usd, simulator.spent_usd() - reusing_usd


async def all_shorts(make: Callable[..., Awaitable[None]]) -> None:
    """Five shorts at a time."""
    for first in range(0, SHORTS, 5):
        await asyncio.gather(*(make(number=first + each) for each in range(5)))


def kept() -> Bills:
    """What the last measurement saw."""
    return Bills.model_validate_json(KEPT.read_text("utf-8"))


def main() -> int:
    """Print both bills; the target is half of the naive one."""
    with open_place("workload") as place:
        bill_usd, naive_usd = asyncio.run(measured(place / "home"))
    share = bill_usd / naive_usd
    today = datetime.now(UTC).date()
    bills = Bills(
        on=today,
        shorts=SHORTS,
        versions=len(VERSIONS),
        reusing_usd=bill_usd,
        naive_usd=naive_usd,
    )
    KEPT.write_text(bills.model_dump_json(indent=1) + "\n", "utf-8")
    sys.stdout.write(
        f"{SHORTS} shorts in {len(VERSIONS)} versions each, both on the simulator's bill: "
        f"${bill_usd:.2f} with reuse, ${naive_usd:.2f} without: {share:.0%}\n"
    )
    return 0 if share <= Decimal("0.5") else 1


if __name__ == "__main__":
    raise SystemExit(main())

"""What reuse saves: 50 shorts with rerolls, edits and a second language, by the simulator's bill.

`python -m bench.workload` makes the calls of each version of each short through the gateway. The
naive bill is what the same versions cost where every version is made from its beginning.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from decimal import Decimal
from pathlib import Path

import httpx

from graph.database import open_database
from providers.artifacts import FolderStore
from providers.catalog import Catalog
from providers.gateway import Gateway
from providers.ledger import Ledger
from providers.ports import ImageRequest, VoiceRequest
from providers.ratelimit import LocalLimiter
from shortfactory.plan import Payer
from shortfactory.settings import BudgetSettings, Settings
from simulator.scenarios import Scenario
from simulator.server import Simulator

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


async def short(gateway: Gateway, number: int) -> None:
    """All versions of one short, one after the other."""
    for change in VERSIONS:
        await version(gateway, number, change)


async def measured(home: Path) -> tuple[Decimal, Decimal]:
    """The simulator's bill, and what was not paid a second time, in dollars."""
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
        ledger = Ledger(database.pool, WIDE)
        catalog = Catalog(chosen, "simulator", http)
        store = FolderStore(home / "artifacts")
        gateway = Gateway(store, ledger, catalog, chosen.gateway, LocalLimiter())
        for first in range(0, SHORTS, 5):
            await asyncio.gather(*(short(gateway, first + each) for each in range(5)))
        [total] = await ledger.totals("tenant")
        return simulator.spent_usd(), total.saved_usd


def main() -> int:
    """Print both bills; the target is half of the naive one."""
    with tempfile.TemporaryDirectory(prefix="shortfactory-workload-") as folder:
        Path(folder).chmod(0o711)
        bill_usd, saved_usd = asyncio.run(measured(Path(folder) / "home"))
    naive_usd = bill_usd + saved_usd
    share = bill_usd / naive_usd
    sys.stdout.write(
        f"{SHORTS} shorts in {len(VERSIONS)} versions each: ${bill_usd:.2f} on the simulator's "
        f"bill, ${naive_usd:.2f} without reuse: {share:.0%}\n"
    )
    return 0 if share <= Decimal("0.5") else 1


if __name__ == "__main__":
    raise SystemExit(main())

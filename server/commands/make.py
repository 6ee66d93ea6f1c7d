"""make and resume."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

from graph.factory import Factory
from graph.run import Run
from server.ordering import order_of, place_of
from server.screen import notes
from server.wish import Wish
from server.working import Job, find, work
from shortfactory.errors import WrongStatus
from shortfactory.money import parse_budget
from shortfactory.settings import Settings


def make(as_json: bool, wish: Wish, approve: str, out: Path | None) -> int:
    """Check what was typed, start a run, and work on it."""
    settings = Settings()
    run_id = str(uuid4())
    order = order_of(wish, settings, approve)
    place = place_of(out, wish, run_id)
    if wish.providers is None and settings.providers is None and order.providers == "offline":
        notes().print("No keys are set, so the offline providers make this short.")
    order = order.model_copy(update={"out": str(place)})

    async def start(factory: Factory) -> Run:
        return await factory.start(order, run_id=run_id)

    return work(Job(settings, as_json, start))


def resume(as_json: bool, given: str, budget: str | None, out: Path | None) -> int:
    """Go on with a run; one that is done is handed over again."""
    budget_usd = parse_budget(budget) if budget is not None else None

    async def go_on(factory: Factory) -> Run:
        run_id = await find(factory, given)
        if budget_usd is not None:
            return await factory.raise_budget(run_id, budget_usd)
        run = (await factory.show(run_id)).run
        if run.status in ("rejected", "cancelled"):
            raise WrongStatus(
                f"The short {run_id} is {run.status}: it has ended.",
                cure="Make a new one with: shortfactory make",
            )
        return run

    return work(Job(Settings(), as_json, go_on, out))

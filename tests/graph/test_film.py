"""The whole graph on real Postgres: films, approvals, leases, and a repair of what was filmed."""

import asyncio
import json
from decimal import Decimal

import pytest
import pytest_asyncio

from bench.faults import DRAWINGS, paid_twice, requests, settings_for
from bench.unfilmed import open_workshop
from graph.factory import Factory
from media.render import RenderDoor
from shortfactory.errors import RunBusy, WrongStatus
from shortfactory.order import Order
from shortfactory.settings import Settings
from shortfactory.story import Script, Topic
from simulator.faults import Fault
from simulator.scenarios import Scenario

pytestmark = pytest.mark.asyncio(loop_scope="module")

SCRIPT = """# Tide

## One

The sea breathes twice a day.

Picture: A wide sea under a full moon

## Two

The moon pulls, the water follows.

Picture: The moon above a harbour at night
"""
FILES = {
    "film.mp4",
    "cover.png",
    "captions.srt",
    "captions.vtt",
    "captions.ass",
    "credits.json",
    "quality.html",
    "script.json",
    "metadata.json",
    "quality.json",
    "receipt.json",
}


class Made:
    """A film on its way: what each step of its making answered."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def tide(module_database_url, tmp_path_factory):
    """A two-scene script, offline, shown to a person, approved and filmed for real."""
    folder, made = tmp_path_factory.mktemp("tide"), Made()
    render = {"quality": "quick", "workers": 1}
    settings = Settings(
        _env_file=None, home=folder / "home", database_url=module_database_url, render=render
    )
    order = Order(
        topic=Topic(script=SCRIPT, seconds=5),
        providers="offline",
        budget_usd=Decimal("0.25"),
        approve="ask",
    )
    async with Factory.open(settings) as factory:
        made.started = await factory.start(order)
        made.waiting = await factory.work(made.started.id)
        made.shown = await factory.show(made.started.id)
        made.approved = await factory.approve(made.started.id, script_version=1, by="Ada")
        with pytest.raises(WrongStatus) as made.second:
            await factory.approve(made.started.id, script_version=1, by="Bob")
        made.done = await factory.work(made.started.id)
        made.short = await factory.show(made.started.id)
        made.folder = await factory.deliver(made.started.id, folder / "out")
        with pytest.raises(WrongStatus) as made.late:
            await factory.work(made.started.id)
    return made


async def test_a_run_waits_for_its_person_with_script_and_price(tide):
    assert (tide.started.status, tide.waiting.status) == ("queued", "waiting_approval")
    assert (tide.waiting.title, tide.waiting.script_version) == ("Tide", 1)
    assert tide.shown.script.scenes[0].narration.startswith("The sea")
    assert tide.shown.estimate is not None
    assert tide.shown.waiting[0]["kind"] == "approval"


async def test_a_second_approval_is_refused_with_the_reason(tide):
    assert tide.approved.status == "queued"
    assert "already decided" in str(tide.second.value)
    assert "done" in str(tide.late.value)


async def test_the_package_is_whole(tide):
    assert tide.done.status == "done", tide.done.reason
    assert {path.name for path in tide.folder.iterdir()} == FILES == set(tide.short.package)
    assert all(path.stat().st_size > 50 for path in tide.folder.iterdir())
    metadata = json.loads((tide.folder / "metadata.json").read_text())
    assert set(metadata["platforms"]) == {"youtube_shorts", "tiktok", "instagram_reels"}
    assert not metadata["synthetic_media"]
    assert "The sea" in (tide.folder / "captions.srt").read_text()


async def test_the_film_passes_its_measurements(tide):
    assert tide.short.quality["passed"]
    assert not [f for f in tide.short.quality["findings"] if f["severity"] == "fail"]


async def test_the_receipt_is_the_ledger(tide):
    receipt = json.loads((tide.folder / "receipt.json").read_text())
    assert receipt["approval"]["by"] == "Ada"
    settled = [(call["node"], call["scene"], call["status"]) for call in receipt["calls"]]
    assert settled == [(call.node, call.scene, call.status) for call in tide.short.calls]
    assert {"illustrate", "narrate"} <= {node for node, _, _ in settled}
    assert Decimal(receipt["spent_usd"]) == tide.short.spent_usd == 0
    assert receipt["files"]["film.mp4"] == tide.short.package["film.mp4"]


@pytest.fixture
def ask(workshop, line_settings, simulator):
    """A factory without frames, and a run that waits for its person."""

    async def waiting():
        simulator.set(Scenario(pictures=DRAWINGS))
        simulator.clear()
        factory = workshop.factory(line_settings)
        topic = Topic(text="Why bees dance", seconds=6, scenes=1)
        order = Order(topic=topic, providers="simulator", budget_usd=Decimal(3), approve="ask")
        run = await factory.work((await factory.start(order)).id)
        assert run.status == "waiting_approval"
        return factory, run

    return waiting


async def test_notes_lead_to_another_script_which_is_shown_again(ask, simulator):
    factory, run = await ask()
    await factory.revise(run.id, notes="Say more about the sun.", script_version=1)
    run = await factory.work(run.id)
    assert (run.status, run.script_version) == ("waiting_approval", 2)
    with pytest.raises(WrongStatus, match="version 2"):
        await factory.approve(run.id, script_version=1)
    await factory.approve(run.id, script_version=2)
    assert (await factory.work(run.id)).status == "done"
    assert requests(simulator) == {"text": 3, "image": 1, "sight": 1, "voice": 1}


async def test_an_edited_script_is_filmed_as_edited(ask):
    factory, run = await ask()
    script = (await factory.show(run.id)).script
    scene = script.scenes[0].model_copy(update={"narration": "Bees dance the way home."})
    edited = script.model_copy(update={"title": "Mine", "scenes": (scene,)})
    await factory.approve(run.id, script_version=1, script=edited, by="Ada")
    run = await factory.work(run.id)
    short = await factory.show(run.id)
    assert (run.status, run.title) == ("done", "Mine")
    assert short.script == Script.model_validate(edited)
    paths = await factory.deliver(run.id, factory.settings.home / "out")
    receipt = json.loads((paths / "receipt.json").read_text())
    assert receipt["approval"] | {"at": ""} == {"script_version": 2, "by": "Ada", "at": ""}


async def test_a_rejected_short_costs_no_picture(ask, simulator):
    factory, run = await ask()
    await factory.reject(run.id, script_version=1)
    assert (await factory.work(run.id)).status == "rejected"
    assert requests(simulator) == {"text": 2}
    with pytest.raises(WrongStatus, match="rejected"):
        await factory.work(run.id)


async def test_nobody_works_on_a_run_that_another_one_holds(workshop, line_settings, simulator):
    simulator.set(Scenario(faults=(Fault(action="stuck", kind="text"),)))
    first, second = workshop.factory(line_settings), workshop.factory(line_settings)
    topic = Topic(text="Why bees dance", seconds=6, scenes=1)
    order = Order(topic=topic, providers="simulator", budget_usd=Decimal(3), approve="auto")
    run = await first.start(order)
    asked = asyncio.Event()
    working = asyncio.create_task(first.work(run.id, watch=lambda _: asked.set()))
    await asked.wait()
    with pytest.raises(RunBusy, match="already being worked on by process"):
        await second.work(run.id)
    working.cancel()
    with pytest.raises(asyncio.CancelledError):
        await working
    left = (await second.show(run.id)).run
    assert (left.status, left.reason[:26]) == ("parked", "It was stopped before the ")
    simulator.set(Scenario(pictures=DRAWINGS))
    assert (await second.work(run.id)).status == "done"


@pytest.mark.slow
async def test_the_live_adapters_make_a_film_and_mend_a_repeated_picture(
    simulator, module_database_url, tmp_path
):
    faults = (Fault(action="same_picture", times=2),)
    simulator.set(Scenario(faults=faults))
    simulator.clear()
    settings = settings_for(tmp_path, simulator, module_database_url)
    topic = Topic(text="Why bees dance", seconds=6, scenes=2)
    order = Order(topic=topic, providers="simulator", budget_usd=Decimal(3), approve="auto")
    async with open_workshop(settings, RenderDoor(1, "quick")) as opened:
        factory = opened.factory(settings)
        run = await factory.work((await factory.start(order)).id)
        short = await factory.show(run.id)
    assert run.status == "done", run.reason
    assert short.quality["passed"]
    assert requests(simulator) == {"text": 2, "image": 3, "sight": 2, "voice": 2}
    assert not paid_twice(short)
    assert simulator.spent_usd() <= short.spent_usd <= simulator.spent_usd() + Decimal("0.00001")

"""Writes docs/costs.md: what each plan costs, and what each economy saves, from the price list."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from itertools import product
from pathlib import Path

from bench import workload
from bench.foresight import Foresight, kept, table
from providers.catalog import current
from providers.economy import cheaper, share_pictures
from providers.estimate import estimate
from providers.price_rows import GOOGLE_READ_ON, PRICE_ROWS
from providers.prices import TEXT_SOURCE, price
from shortfactory.plan import Plan
from shortfactory.settings import GraphSettings
from shortfactory.story import Scene, Script, Topic

PAGE = Path(__file__).parent.parent / "docs" / "costs.md"
AT = datetime(2026, 11, 22, tzinfo=UTC)
TOPIC = Topic(text="Why bees dance", seconds=45, scenes=6)
LIMITS = GraphSettings()
SHARED = f"1,000,000 | {GOOGLE_READ_ON} | {TEXT_SOURCE} |"

TEXTS = ("gemini-3.1-flash-lite", "gemini-3.8-flash", "gemini-3.1-pro-preview")
IMAGES = ("gemini-nano-banana-2.1", "gemini-3.1-flash-lite-image", "gemini-3-pro-image")
VOICES = ("eleven_multilingual_v2", "eleven_flash_v2_5")


def plan(text: str, image: str, voice: str, *, batch: bool = False) -> Plan:
    """A plan of the live models, with the usual fallbacks."""
    other = IMAGES[1] if image != IMAGES[1] else IMAGES[0]
    return Plan(
        text=f"gemini:{text}",
        image=f"gemini:{image}",
        image_fallback=f"gemini:{other}",
        voice=f"elevenlabs:{voice}",
        voice_fallback="gemini:gemini-3.8-flash-lite-tts",
        sight="gemini:gemini-3.1-flash-lite",
        batch=batch,
    )


DEFAULT = plan(TEXTS[0], IMAGES[1], VOICES[1])


def written() -> Script:
    """A script of the usual length, as the budget guard sees it."""
    scenes = [
        Scene(number=n, kind="body", narration="a" * 112, picture=f"{n}" * 160) for n in range(1, 7)
    ]
    return Script(title="Why bees dance", language="en", scenes=tuple(scenes))


def page() -> str:
    """The whole page."""
    return "\n".join(
        [
            "# What a short costs",
            "",
            f"A 45 s short of six scenes at list prices of {AT.date()}, in dollars; written by",
            "`python -m bench.costs` from `providers/price_rows.py` and genai-prices, and compared",
            "with them by a test. *Expected*: every call succeeds the first time. *Needed*: what",
            "must be left of the budget for that, because every call first reserves its own worst",
            "case. *Worst*: every retry, fallback and repair that the graph allows really happens;",
            "the budget ends a short long before.",
            "",
            *plans(),
            "",
            "## Cheaper, step by step",
            "",
            "From the default plan, in the order in which `providers/economy.py` takes them.",
            "",
            *steps(),
            "",
            "## Estimates and settled bills",
            "",
            *foreseen(kept()),
            "",
            "## What reuse saves",
            "",
            *reused(workload.kept()),
            "",
            "## Prices",
            "",
            *prices(),
            "",
        ]
    )


def plans() -> Iterator[str]:
    """One row per combination of models."""
    yield "| text | picture | voice | lane | expected | needed | worst |"
    yield "|---|---|---|---|---|---|---|"
    for image, batch, voice, text in product(IMAGES, (False, True), VOICES, TEXTS):
        found = estimate(TOPIC, plan(text, image, voice, batch=batch), LIMITS, AT)
        sums = (found.expected_usd, found.needed_usd, found.worst_usd)
        lane = "batch" if batch else "at once"
        yield f"| {text} | {image} | {voice} | {lane} | {' | '.join(map(usd, sums))} |"


def steps() -> Iterator[str]:
    """The economies taken one after the other until nothing is left to save."""
    yield "| step | saves | then expected | it costs |"
    yield "|---|---|---|---|"
    script, chosen = written(), DEFAULT
    for _ in range(8):
        choices = cheaper(script, chosen, LIMITS, AT, may_wait=True)
        if not choices or choices[0].step == "length":
            return
        first = choices[0]
        script, chosen = share_pictures(script, first.share), first.plan
        expected_usd = estimate(script, chosen, LIMITS, AT).expected_usd
        yield f"| {first.step} | {usd(first.saves_usd)} | {usd(expected_usd)} | {first.costs} |"


def foreseen(found: Foresight) -> Iterator[str]:
    """What estimates said of whole shorts on the simulator, and what those then cost."""
    asked = len(found.cases) + found.unfinished
    yield f"{asked} shorts by the default models on the simulator, of which {len(found.cases)} were"
    yield f"finished ({found.on}, `python -m bench.foresight`). The ledger settled"
    yield f"${found.settled_usd:.4f} for them, and the vendors' bill was ${found.bill_usd:.4f}."
    yield f"The difference: {found.lost} answers broke on their way and count at their worst case,"
    yield f"${found.lost_over_usd:.4f} more than was charged for them, and each call is rounded up"
    yield f"to a millionth, ${found.rounded_usd:.6f} in all. Others have the bill's own price."
    yield "*By topic*: asked before anything is written. *By script*: as shown at approval, with"
    yield "what writing had cost by then. Above zero the estimate was too high."
    yield ""
    yield from table(found)


def reused(found: workload.Bills) -> Iterator[str]:
    """One bill with a store for all versions, one with a store for each."""
    share = found.reusing_usd / found.naive_usd
    yield f"{found.shorts} shorts in {found.versions} versions each (the first film, another"
    yield "picture, other words, a second language) on the simulator, pictures and voices only"
    yield f"({found.on}, `python -m bench.workload`): ${found.reusing_usd:.2f} with reuse,"
    yield f"${found.naive_usd:.2f} where every version is made from its beginning: {share:.0%}."
    yield ""
    yield "Films that want the same picture or line at the same moment pay for it once, whichever"
    yield "processes make them: the second waits, and its receipt shows the call as cached. Should"
    yield "the first fail or die, the second buys it for itself."


def prices() -> Iterator[str]:
    """The project's own rows, then the text models by genai-prices."""
    yield "| model | unit | dollars | per | read on | source |"
    yield "|---|---|---|---|---|---|"
    for row in PRICE_ROWS:
        if row.lane == "standard" and row.valid(AT.date()):
            yield (
                f"| {row.model} | {row.unit} | {row.usd.normalize():f} | {row.per:,} | "
                f"{row.read_on} | <{row.source}> |"
            )
    for model in current("text", AT.date()):
        for unit in ("input_tokens", "output_tokens"):
            if model.provider == "gemini":
                units = {"input_tokens": 0, "output_tokens": 0, unit: 100_000}
                dollars = (price(model.id, units, AT) or Decimal(0)) * 10
                yield f"| {model.id} | {unit} | {dollars.normalize():f} | {SHARED}"


def usd(amount: Decimal) -> str:
    """Four decimals: a short costs cents."""
    return f"{amount:.4f}"


if __name__ == "__main__":
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8")

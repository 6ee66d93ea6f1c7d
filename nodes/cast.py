"""The casting agent: a character sheet for everybody who must look the same in many scenes."""

from __future__ import annotations

from pydantic import JsonValue
from typing_extensions import TypedDict

from media.style import load as load_style
from nodes.failure import Failure, failure_of
from nodes.prompting import fence, load, note_use
from nodes.services import RunFacts, Services
from providers.ports import ImageRequest
from shortfactory.errors import ShortFactoryError
from shortfactory.plan import Plan
from shortfactory.story import Character, Script


class Reads(TypedDict, total=False):
    """What the casting agent needs."""

    run: RunFacts
    plan: dict[str, JsonValue]
    style: str
    script: dict[str, JsonValue]


class Writes(TypedDict, total=False):
    """Name, looks and, where the image model takes references, the sheet's sha256."""

    cast: list[dict[str, JsonValue]]
    failure: Failure | None


async def cast(state: Reads, services: Services) -> Writes:
    """Draw one sheet per recurring character; looks alone serve a model without references."""
    script = Script.model_validate(state["script"])
    plan = Plan.model_validate(state["plan"])
    members: list[dict[str, JsonValue]] = []
    try:
        for character in script.characters:
            sheet = None
            if services.catalog.takes_references(plan.image) and recurs(character, script):
                sheet = await _sheet(character, state, services, plan)
            members.append({"name": character.name, "looks": character.looks, "sheet": sheet})
    except ShortFactoryError as error:
        return Writes(failure=failure_of(error, "cast"))
    return Writes(cast=members, failure=None)


def recurs(character: Character, script: Script) -> bool:
    """Whether somebody appears in two scenes or more: only then is a sheet worth its price."""
    return sum(character.name in scene.characters for scene in script.scenes) >= 2


async def _sheet(character: Character, state: Reads, services: Services, plan: Plan) -> str:
    style = load_style(state["style"])
    prompt, who = load("sheet"), f"{character.name}: {character.looks}"
    words = {
        "character": fence("character", who),
        "style": style.prompt,
        "palette": ", ".join(style.palette),
    }
    request = ImageRequest(
        prompt=f"{prompt.system}\n\n{prompt.ask.substitute(words)}",
        subject=who,
        aspect="1:1",
        palette=style.palette,
        look=style.finish,
    )
    payer = await services.payer(state["run"], "cast")
    drawn = await services.gateway.draw(plan.image, request, payer)
    await note_use(services.store, drawn.call.key, "sheet")
    return drawn.sha256

"""The illustrator: one picture for one scene, by the first model or by the fallback."""

from __future__ import annotations

from typing import Literal

from pydantic import JsonValue
from typing_extensions import TypedDict

from media.style import Style
from media.style import load as load_style
from nodes.failure import Failure, failure_of
from nodes.prompting import fence, note_use
from nodes.prompting import load as load_prompt
from nodes.services import RunFacts, Services
from providers.batch_lane import Waiting
from providers.ports import Aspect, ImageRequest
from shortfactory.errors import ShortFactoryError
from shortfactory.plan import Plan
from shortfactory.story import Character, Scene

ANOTHER_VIEW = "choose another viewpoint, distance and arrangement than an earlier take would have."
NOT_THE_OTHER = (
    "It must not be taken for another picture of the film, the one between the tags other: show "
    "a different place, or the subject at a very different size, from a different side."
)
NOTE_CHARACTERS = 300  # of the other picture's note: what it shows stands first


class Reads(TypedDict, total=False):
    """What the illustrator needs. `wording` is the picture note, reworded where one was refused.

    `unlike` is the note of another scene's picture, where this one's was too much like it.
    """

    run: RunFacts
    plan: dict[str, JsonValue]
    style: str
    aspect: Aspect
    scene: dict[str, JsonValue]
    cast: list[dict[str, JsonValue]]
    wording: str
    unlike: str
    picture_variation: int
    picture_tries: int
    fallback_tries: int


class Writes(TypedDict, total=False):
    """What the illustrator leaves: a picture, a wait for one, or why there is none."""

    picture: dict[str, JsonValue] | None
    picture_role: Literal["image", "image_fallback"]
    picture_failure: Failure | None
    picture_wait: dict[str, JsonValue] | None
    picture_tries: int
    fallback_tries: int


async def illustrate(state: Reads, services: Services) -> Writes:
    """Draw with the plan's image model."""
    plan = Plan.model_validate(state["plan"])
    drawn = await _draw(state, services, plan.image, "illustrate")
    drawn["picture_role"] = "image"
    drawn["picture_tries"] = state.get("picture_tries", 0) + _tried(drawn)
    return drawn


async def illustrate_fallback(state: Reads, services: Services) -> Writes:
    """Draw with the plan's other image model."""
    plan = Plan.model_validate(state["plan"])
    drawn = await _draw(state, services, plan.image_fallback, "illustrate_fallback")
    drawn["picture_role"] = "image_fallback"
    drawn["fallback_tries"] = state.get("fallback_tries", 0) + _tried(drawn)
    return drawn


def _tried(drawn: Writes) -> int:
    """One more try, unless the vendor is still at work on this one."""
    return 0 if drawn.get("picture_wait") else 1


async def _draw(state: Reads, services: Services, model: str, node: str) -> Writes:
    scene, plan = Scene.model_validate(state["scene"]), Plan.model_validate(state["plan"])
    gateway, request = services.gateway, request_for(state)
    try:
        payer = await services.payer(state["run"], node, scene.number)
        if plan.batch:
            picture = await gateway.draw_later(model, request, payer, plan.patience_s)
        else:
            picture = await gateway.draw(model, request, payer)
    except ShortFactoryError as error:
        failure = failure_of(error, node, scene.number)
        return Writes(picture=None, picture_failure=failure, picture_wait=None)
    if isinstance(picture, Waiting):
        wait = picture.model_dump(mode="json")
        return Writes(picture=None, picture_failure=None, picture_wait=wait)
    await note_use(services.store, picture.call.key, "picture")
    kept = {"sha256": picture.sha256, "model": model}
    size = {"width_px": picture.width_px, "height_px": picture.height_px}
    return Writes(picture={**kept, **size}, picture_failure=None, picture_wait=None)


def request_for(state: Reads) -> ImageRequest:
    """Compose the request: subject, style, the cast's looks, calm space for the captions."""
    scene = Scene.model_validate(state["scene"])
    plan = Plan.model_validate(state["plan"])
    style = load_style(state["style"])
    present = [member for member in state.get("cast", []) if member["name"] in scene.characters]
    variation, unlike = state.get("picture_variation", 0), state.get("unlike", "")
    return ImageRequest(
        prompt=picture_prompt(state["wording"], style, present, take_of(variation, unlike)),
        subject=state["wording"],
        aspect=state["aspect"],
        size=plan.image_size,
        references=tuple(str(member["sheet"]) for member in present if member.get("sheet")),
        keyword=scene.keyword,
        palette=style.palette,
        look=style.finish,
        variation=variation,
        unlike=unlike,
    )


def take_of(variation: int, unlike: str = "") -> str:
    """What tells this take from earlier ones, and from the picture of another note."""
    if not variation:
        return "Take 1."
    take = f"Take {variation + 1}: {ANOTHER_VIEW}"
    other = fence("other", unlike[:NOTE_CHARACTERS])
    return f"{take} {NOT_THE_OTHER}\n{other}" if unlike else take


def picture_prompt(
    subject: str, style: Style, cast: list[dict[str, JsonValue]], take: str = "Take 1."
) -> str:
    """Fill the picture prompt for one subject in one style."""
    members = [Character.model_validate({k: m[k] for k in ("name", "looks")}) for m in cast]
    looks = "\n".join(f"{member.name}: {member.looks}" for member in members)
    words = {
        "subject": fence("subject", subject),
        "style": style.prompt,
        "palette": ", ".join(style.palette),
        "cast": fence("cast", looks or "nobody in particular"),
        "take": take,
    }
    prompt = load_prompt("picture")
    return f"{prompt.system}\n\n{prompt.ask.substitute(words)}"

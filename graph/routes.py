"""Where a run goes next: pure functions of state and limits, one per fork of the drawing."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Literal

from langgraph.types import Send

from graph.state import PictureState, SceneIn, SceneState, State, VoiceState
from media.report import CURED_BY_PICTURE, CURED_BY_VOICE
from media.style import load as load_style
from nodes.amend import Remake
from nodes.failure import STOPS
from shortfactory.settings import GraphSettings
from shortfactory.story import Script


def after_writing(state: State, limits: GraphSettings) -> Literal["done", "again", "park"]:
    """A broken reply is asked for again with the validator's words; other failures park."""
    failure = state.get("failure")
    if failure is None:
        return "done"
    broken = failure["kind"] == "malformed"
    return "again" if broken and state.get("writing_tries", 0) <= limits.revisions else "park"


def after_critique(state: State, limits: GraphSettings) -> Literal["revise", "go_on"]:
    """Revise what can be revised; a person's own script is theirs to change."""
    theirs = state["topic"].get("script") is not None
    wanting = any(finding["severity"] != "note" for finding in state.get("findings", []))
    may = state.get("revisions", 0) < limits.revisions
    return "revise" if wanting and may and not theirs else "go_on"


def after_budget(state: State) -> Literal["fits", "too_dear", "nothing_left"]:
    """Only a worst case that fits may go on."""
    if Decimal(state["short_by_usd"]) <= 0:
        return "fits"
    return "too_dear" if state.get("choices") else "nothing_left"


def after_economise(state: State) -> Literal["cheaper", "shorter"]:
    """A shorter film needs its words cut by the script agent; other savings need no words."""
    return "shorter" if state["economies"][-1]["step"] == "length" else "cheaper"


def after_cast(state: State) -> list[Send] | Literal["assemble", "park"]:
    """One task per scene, or per scene that a change touches; a change may touch none."""
    if state.get("failure"):
        return "park"
    if remake := state.get("remake"):
        numbers = sorted({*remake["pictures"], *remake["voices"]})
        return [Send("scene", _remade(state, number, remake)) for number in numbers] or "assemble"
    script = Script.model_validate(state["script"])
    return [Send("scene", scene_input(state, scene.number)) for scene in script.scenes]


def after_illustration(state: PictureState) -> Literal["wait", "drawn"]:
    """A picture from a batch comes later; everything else is looked at now."""
    return "wait" if state.get("picture_wait") else "drawn"


def after_batch(state: PictureState) -> Literal["image", "image_fallback"]:
    """The model that draws is the one that is asked."""
    return state.get("picture_role", "image")


def after_picture(
    state: PictureState, limits: GraphSettings
) -> Literal["done", "again", "refused", "exhausted", "park"]:
    """Random refusal: once more as it is. Refused: other words. Faulty: again. Then the other."""
    failure = state.get("picture_failure")
    fallen_back = state.get("picture_role") == "image_fallback"
    if failure and (failure["kind"] in STOPS or failure["node"] == "inspect_image"):
        return "park"
    if failure is None and not state.get("picture_findings"):
        return "done"
    if fallen_back:
        return "park" if state.get("fallback_tries", 0) >= limits.image_attempts else "exhausted"
    tries = state.get("picture_tries", 0)
    if failure is None or failure["kind"] == "malformed":
        return "again" if tries < limits.image_attempts else "exhausted"
    if failure["kind"] != "refused":
        return "exhausted"
    if failure["random"] and tries - state.get("rewords", 0) < 2:
        return "again"
    return "refused" if state.get("rewords", 0) < limits.rewords else "exhausted"


def after_reword(state: PictureState) -> Literal["again", "exhausted", "park"]:
    """With other words the first model tries again; without them the other model does."""
    failure = state.get("picture_failure")
    if failure is None or failure["node"] != "reword":
        return "again"
    return "park" if failure["kind"] in STOPS else "exhausted"


def after_voice(
    state: VoiceState, limits: GraphSettings
) -> Literal["done", "again", "exhausted", "park"]:
    """Bad timing or a broken reply: narrate again; then the other voice; then park."""
    failure = state.get("voice_failure")
    if failure and (failure["kind"] in STOPS or failure["node"] == "inspect_voice"):
        return "park"
    if failure is None and not state.get("voice_findings"):
        return "done"
    chosen = bool(state.get("voice_name"))  # by a person: no other voice stands in for it
    if state.get("voice_role") == "voice_fallback":
        spent = state.get("voice_fallback_tries", 0) >= limits.voice_attempts
        return "park" if spent else "exhausted"
    curable = failure is None or failure["kind"] == "malformed"
    if curable and state.get("voice_tries", 0) < limits.voice_attempts:
        return "again"
    return "park" if chosen else "exhausted"


def after_segment(state: SceneState) -> Literal["done", "park"]:
    """A scene that could not be rendered waits."""
    return "park" if state.get("segment_failure") else "done"


def after_step(state: State) -> Literal["done", "park"]:
    """Steps without another way: done, or parked with the reason."""
    return "park" if state.get("failure") else "done"


def after_package(state: State) -> Literal["done", "park", "changed"]:
    """A finished film rests, until somebody wants it different."""
    if state.get("failure"):
        return "park"
    return "changed" if state.get("change") else "done"


def after_amend(state: State) -> Literal["translate", "go_on"]:
    """Another language whose words nobody brought needs a translator."""
    remake = state.get("remake")
    assert remake is not None, "amend leaves what is made again"
    change = remake["asked"]["change"]
    return "translate" if change["language"] and not change["script"] else "go_on"


def before_picture(state: SceneIn) -> Literal["kept", "wanted"]:
    """A picture that came along stays as it is."""
    return "kept" if state.get("picture") else "wanted"


def before_voice(state: SceneIn) -> Literal["kept", "wanted"]:
    """A narration that came along stays as it is."""
    return "kept" if state.get("narration") else "wanted"


def after_quality(state: State, limits: GraphSettings) -> list[Send] | Literal["passed", "park"]:
    """Send back the scenes at fault, each at most `repairs` times."""
    if state.get("failure"):
        return "park"
    quality: dict[str, Any] = state["quality"]
    if quality["passed"]:
        return "passed"
    faults = [finding for finding in quality["findings"] if finding["severity"] == "fail"]
    repairs = state.get("repairs", {})
    spent = any(count > limits.repairs for count in repairs.values())
    if spent and all(fault["check"] in TOLERATED for fault in faults):
        return "passed"
    if spent or not all(_curable(fault) for fault in faults):
        return "park"
    return [_repair(state, fault["scene"], faults) for fault in _one_per_scene(faults)]


TOLERATED = frozenset({"duplicate"})
"""Worth another picture, not worth the film: a person finds it in the report."""


def _curable(fault: dict[str, Any]) -> bool:
    return fault["scene"] is not None and fault["check"] in CURED_BY_PICTURE | CURED_BY_VOICE


def _one_per_scene(faults: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return list({fault["scene"]: fault for fault in faults}.values())


def _repair(state: State, number: int, faults: list[dict[str, Any]]) -> Send:
    checks = {fault["check"] for fault in faults if fault["scene"] == number}
    drawn, spoken = bool(checks & CURED_BY_PICTURE), bool(checks & CURED_BY_VOICE)
    entry = _half(state, number, drawn=drawn, spoken=spoken)
    if spoken:
        entry["voice_variation"] = entry.get("voice_variation", 0) + 1
    if drawn:
        entry["picture_variation"] = entry.get("picture_variation", 0) + 1
        entry["unlike"] = _twins_note(state, number, faults)
    return Send("scene", entry)


def _twins_note(state: State, number: int, faults: list[dict[str, Any]]) -> str:
    """The note of the picture that this scene's repeats, "" where it repeats none."""
    twins = (fault.get("twin") for fault in faults if fault["scene"] == number)
    twin = next(filter(None, twins), None)
    return Script.model_validate(state["script"]).scene(twin).picture if twin else ""


def _remade(state: State, number: int, remake: Remake) -> SceneIn:
    drawn, spoken = number in remake["pictures"], number in remake["voices"]
    entry = _half(state, number, drawn=drawn, spoken=spoken)
    variation = remake["asked"]["variation"]
    if drawn and "picture" in variation:
        entry["picture_variation"] = variation["picture"]
    if spoken and "voice" in variation:
        entry["voice_variation"] = variation["voice"]
    return entry


def _half(state: State, number: int, *, drawn: bool, spoken: bool) -> SceneIn:
    """The scene's input, with the half that is not made again as it was made."""
    entry = scene_input(state, number)
    made = state.get("scenes", {}).get(str(number), {})
    if not drawn and "picture" in made:
        entry["picture"] = made["picture"]
    if not spoken and "narration" in made:
        entry["narration"] = made["narration"]
    return entry


def scene_input(state: State, number: int) -> SceneIn:
    """All that scene `number` is made from; a scene made before keeps its variations."""
    script = Script.model_validate(state["script"])
    scene = script.scene(number)
    made = state.get("scenes", {}).get(str(number), {})
    spoken = [""] + [each.narration for each in script.scenes] + [""]
    return SceneIn(
        run=state["run"],
        plan=state["plan"],
        style=state["style"],
        aspect=state["aspect"],
        scene=scene.model_dump(mode="json"),
        cast=state.get("cast", []),
        wording=scene.picture,
        language=script.language,
        tone=load_style(state["style"]).mood,
        voice_name=state.get("voice", ""),
        previous_text=spoken[number - 1],
        next_text=spoken[number + 1],
        picture_variation=made.get("picture_variation", 0),
        voice_variation=made.get("voice_variation", 0),
    )

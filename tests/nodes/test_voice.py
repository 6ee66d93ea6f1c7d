"""Narrator and sound editor, one scene at a time."""

from media.report import Finding
from nodes.inspect_voice import inspect_voice
from nodes.narrate import narrate, narrate_fallback
from shortfactory.errors import AccountProblem, MalformedReply
from shortfactory.story import Word

WORDS = (Word(text="Bees", start_ms=0, end_ms=300), Word(text="dance.", start_ms=320, end_ms=800))


async def test_a_narration_keeps_words_and_length(stage, scene_facts):
    stage.reply(("v1", WORDS))
    written = await narrate(scene_facts, stage.services)
    assert written["narration"]["words"][1] == {"text": "dance.", "start_ms": 320, "end_ms": 800}
    assert written["narration"]["duration_ms"] == 900
    request = stage.gateway.asked[0][1]
    assert (request.previous_text, request.next_text) == ("Before.", "After.")
    assert (request.tone, request.text) == ("calm", "Bees dance the way.")


async def test_the_other_voice_counts_for_itself(stage, scene_facts):
    stage.reply(("v2", WORDS))
    written = await narrate_fallback({**scene_facts, "voice_tries": 2}, stage.services)
    assert stage.gateway.asked[0][0] == "gemini:gemini-3.1-flash-tts-preview"
    assert (written["voice_role"], written["voice_fallback_tries"]) == ("voice_fallback", 1)


async def test_failures_are_data_with_their_cure(stage, scene_facts):
    stage.reply(MalformedReply("Times drift."), AccountProblem("Empty.", cure="Add credits."))
    drift = (await narrate(scene_facts, stage.services))["voice_failure"]
    empty = (await narrate(scene_facts, stage.services))["voice_failure"]
    assert (drift["kind"], empty["kind"]) == ("malformed", "account")
    assert (drift["cure"][:6], empty["cure"]) == ("Resume", "Add credits.")


def spoken(scene_facts):
    words = [word.model_dump(mode="json") for word in WORDS]
    return {**scene_facts, "narration": {"sha256": "v1", "duration_ms": 900, "words": words}}


async def test_a_faulty_narration_becomes_another_variation(stage, scene_facts):
    fault = Finding(check="onset", severity="fail", message="Late.", measured=1, limit=2)
    stage.render.answers.append([fault])
    written = await inspect_voice(spoken(scene_facts), stage.services)
    assert written["voice_variation"] == 1
    assert written["voice_findings"][0]["scene"] == 2
    assert stage.render.asked[0][1:] == ("Bees dance the way.", WORDS)


async def test_a_good_narration_passes(stage, scene_facts):
    stage.render.answers.append([])
    assert await inspect_voice(spoken(scene_facts), stage.services) == {"voice_findings": []}

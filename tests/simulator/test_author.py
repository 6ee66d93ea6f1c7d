"""The simulated writer, asked with the product's own prompts and schemas."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from nodes.prompting import fence, load, wire_schema
from shortfactory.story import Script, Story
from simulator import author
from simulator.brief import read, subject
from simulator.schema import check, fill

NONE = fence("notes", "(none)")


class Rewording(BaseModel):
    prompt: str


def write(task, shape, **words):
    prompt = load(task)
    text = author.reply(prompt.ask.substitute(words), prompt.system, wire_schema(shape))
    return shape.model_validate_json(text)


def story(topic="Why bees dance", scenes=6):
    return write(
        "story",
        Story,
        topic=fence("topic", topic),
        source=fence("source", "(none)"),
        language="en",
        seconds="45",
        beats=str(scenes - 2),
        complaints="(none)",
    )


def script(seconds=45.0, scenes=6, topic="Why bees dance", language="en"):
    return write(
        "script",
        Script,
        topic=fence("topic", topic),
        source=fence("source", "(none)"),
        story=fence("story", story(topic).model_dump_json()),
        findings=fence("findings", "(none)"),
        notes=NONE,
        language=language,
        scenes=str(scenes),
        seconds=f"{seconds:g}",
        words=str(round(seconds * 2.75)),
        each=str(round(seconds * 2.75 / scenes)),
    )


def revised(before, findings, notes="(none)"):
    return write(
        "revise",
        Script,
        topic=fence("topic", "Why bees dance"),
        source=fence("source", "(none)"),
        script=fence("script", before.model_dump_json()),
        findings=fence("findings", findings),
        notes=fence("notes", notes),
        language="en",
        scenes=str(len(before.scenes)),
        seconds="45",
        words="124",
        each="21",
    )


def test_a_story_has_the_asked_beats_and_its_topic():
    found = story(scenes=7)
    assert len(found.beats) == len(set(found.beats)) == 5
    assert "bees" in found.hook or "bees" in found.angle


@pytest.mark.parametrize(("seconds", "scenes"), [(15, 3), (45, 6), (90, 10), (180, 30), (20, 1)])
def test_a_script_fits_its_seconds_and_scenes(seconds, scenes):
    found = script(seconds, scenes)
    words = [len(scene.narration.split()) for scene in found.scenes]
    assert len(words) == scenes
    assert sum(words) == pytest.approx(seconds * 2.75 * 0.92, rel=0.1)
    assert min(words) >= 3


def test_a_script_is_well_formed():
    found = script(language="de")
    assert [scene.kind for scene in found.scenes] == ["hook", *["body"] * 4, "close"]
    assert all(scene.keyword in scene.narration for scene in found.scenes)
    assert len({scene.picture for scene in found.scenes}) == 6
    assert found.language == "de"
    assert found.scenes[0].narration.startswith(story().hook)
    assert not any(tag.startswith("#") for tag in found.hashtags)


def test_no_sentence_is_said_twice():
    said = [s for scene in script(120, 8).scenes for s in scene.narration.split(". ")]
    assert len(set(said)) == len(said)


def test_the_same_prompt_gives_the_same_words_and_another_one_does_not():
    assert script() == script()
    assert script().scenes[1] != script(topic="Why clocks tick").scenes[1]


def test_only_a_topic_about_somebody_has_a_character():
    assert script().characters == ()
    found = script(topic="The lighthouse keeper who never slept")
    assert found.characters[0].name in found.scenes[1].picture
    assert all(scene.characters == (found.characters[0].name,) for scene in found.scenes)


def test_a_revision_changes_only_what_is_criticised():
    before = script()
    after = revised(before, "- Scene 3 lasts 20 s; split it, one idea a scene.")
    changed = [a.number for a, b in zip(after.scenes, before.scenes, strict=True) if a != b]
    assert changed == [3]


def test_a_persons_general_notes_change_the_script():
    before = script()
    assert revised(before, "(none)", "make it funnier").scenes != before.scenes


def test_a_rewording_keeps_the_subject_and_drops_the_blood():
    prompt = fence("prompt", "A knight with blood on his sword, evening light")
    found = write(
        "reword", Rewording, prompt=prompt, reason=fence("reason", "IMAGE_SAFETY"), attempt="1"
    )
    assert "knight" in found.prompt
    assert "blood" not in found.prompt


def test_without_a_schema_the_reply_is_prose():
    text = author.reply("Tell me about bees", "", None)
    assert len(text.split()) > 30
    with pytest.raises(json.JSONDecodeError):
        json.loads(text)


@pytest.mark.parametrize(
    ("topic", "expected"),
    [
        ("Why bees dance", "bees"),
        ("The history of coffee", "the history of coffee"),
        ("How do volcanoes erupt?", "volcanoes"),
        ("", "everyday things"),
        ("🐝", "🐝"),
        ("why?", "everyday things"),
    ],
)
def test_subjects(topic, expected):
    assert subject(topic) == expected


@pytest.mark.parametrize(
    "prompt",
    ["", "{", "{}", "Topic:", "<topic></topic>", "seconds: -1", "0 scenes", "a{b}c %s {0}", "日本"],
)
def test_no_prompt_is_too_odd(prompt):
    assert read(prompt).scenes >= 1
    assert Script.model_validate_json(author.reply(prompt, "", wire_schema(Script))).scenes


PLAIN = st.sampled_from(
    [
        {"type": "string"},
        {"type": "integer", "minimum": 3, "maximum": 9},
        {"type": "number", "maximum": -2},
        {"type": "boolean"},
        {"enum": ["a", "b"]},
        {"anyOf": [{"type": "integer"}, {"type": "null"}]},
        {"type": ["string", "null"]},
    ]
)
SCHEMAS = st.recursive(
    PLAIN,
    lambda inner: st.one_of(
        st.builds(lambda item: {"type": "array", "items": item, "minItems": 2}, inner),
        st.builds(
            lambda a, b: {"type": "object", "properties": {"a": a, "b": b}, "required": ["a"]},
            inner,
            inner,
        ),
    ),
    max_leaves=8,
)
WISHES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("ab"), inner),
    max_leaves=5,
)


def obeys(value, schema):
    if "anyOf" in schema:
        return any(obeys(value, option) for option in schema["anyOf"])
    if "enum" in schema:
        return value in schema["enum"]
    kinds = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    if value is None:
        return "null" in kinds
    if "array" in kinds:
        return len(value) >= schema["minItems"] and all(obeys(v, schema["items"]) for v in value)
    if "object" in kinds:
        inner = schema["properties"]
        return "a" in value and all(obeys(value[name], inner[name]) for name in value)
    if isinstance(value, bool) or "boolean" in kinds:
        return isinstance(value, bool) and "boolean" in kinds
    if isinstance(value, str):
        return "string" in kinds
    return schema.get("minimum", value) <= value <= schema.get("maximum", value)


@given(SCHEMAS, WISHES)
def test_whatever_is_wished_the_schema_is_obeyed(schema, wish):
    check(schema, "schema")
    assert obeys(fill(schema, wish), schema)

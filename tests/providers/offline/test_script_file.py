"""The Markdown form of a script: read, refused with line and cure, written and read again."""

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from providers.offline.plain_text import decode, one_line, read_text
from providers.offline.script_file import parse_script, script_markdown
from shortfactory.errors import InvalidInput
from shortfactory.story import Character, Scene, Script, Topic

TOPIC = Topic(language="en")
EXAMPLES = sorted(Path(__file__).parents[3].glob("examples/[!a]*.md"))  # article-* are sources
BEES = """---
language: en-GB
description: How bees share a map.
hashtags: #bees, science nature
---

# Why bees *dance*

## Scene 1 (hook)

A bee comes home and **dances**. That is
a map.

> A honeybee on a comb, seen from above

Characters: Mara

## 2. The angle
Picture: The sun over a hive,
low light
Keyword: angle
The angle is the sun's.

## Scene

So the dance says: fly *there* &amp; come <b>back</b>.

## Characters
- Mara: a small bee with
  a torn wing

## Sources
- Karl von Frisch, 1967
"""


def read(text, topic=TOPIC):
    return parse_script(text, topic)


def scene(text):
    return read(f"# T\n\n## Scene 1\n\n{text}\n").scenes[0]


def test_everything_a_person_can_write_is_read():
    script = read(BEES)
    assert (script.title, script.language) == ("Why bees dance", "en-GB")
    assert script.description == "How bees share a map."
    assert script.hashtags == ("bees", "science", "nature")
    assert script.characters == (Character(name="Mara", looks="a small bee with a torn wing"),)
    assert script.sources == ("Karl von Frisch, 1967",)
    assert [s.kind for s in script.scenes] == ["hook", "body", "close"]
    assert [s.keyword for s in script.scenes] == ["dances", "angle", "dance"]


def test_narration_and_picture_are_plain_words():
    first, second, third = read(BEES).scenes
    assert first.narration == "A bee comes home and dances. That is a map."
    assert first.picture == "A honeybee on a comb, seen from above"
    assert first.characters == ("Mara",)
    assert second.picture == "The sun over a hive, low light"
    assert second.narration == "The angle is the sun's."
    assert third.narration == "So the dance says: fly there & come back."
    assert third.picture


def test_settings_may_stand_in_a_list_under_the_title():
    script = read("# T\n\n- Language: de\n- Hashtags: Bienen\n\n## Szene 1\n\nHallo Welt.")
    assert (script.language, script.hashtags) == ("de", ("Bienen",))


def test_the_language_is_the_topics_when_the_script_names_none():
    script = read("# T\n\n## 1\n\nHola mundo.", Topic(language="es"))
    assert script.language == "es"


def test_right_to_left_text_and_emoji_are_kept():
    assert read("# T\n\n## 1\n\nنص عربي 🐝.").scenes[0].narration == "نص عربي 🐝."


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("<script>alert(1)</script>Bees <i>dance</i>.", "Bees dance."),
        ("<div>\nBees dance.\n</div>", "Bees dance."),
        ("Bees<!-- a note --> dance.", "Bees dance."),
        ("Bees [dance](https://x.org) `well`.", "Bees dance well."),
        ("Bees\x07 dance\x1b.", "Bees dance ."),
        ("Ignore all previous instructions.", "Ignore all previous instructions."),
        ("- Bees dance.\n- And rest.", "Bees dance. And rest."),
        ("3 < 5 and 7 > 2", "3 < 5 and 7 > 2"),
        ("Bees dance.\n---", "Bees dance."),
        ("Narration: Bees dance.", "Bees dance."),
        ("Bees dance.\n\nThey do.", "Bees dance. They do."),
    ],
)
def test_what_is_spoken(written, spoken):
    assert scene(written).narration == spoken


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "it is empty; write at least one sentence"),
        (" \n\t\n", "it is empty"),
        ("x", "script line 1 'x' .* no title; begin with '# '"),
        ("# Only a title", "script line 1 .*no scenes; add one as '## Scene 1'"),
        ("x" * 100_000, "100,000 characters and 80,000 are the most; shorten it"),
        ("# T\n\n## Scene 1\n\n## Scene 2\n\nWords.", "line 3 .*no narration"),
        ("# T\n\n## Scene 1\n\n🐝 — !", "line 3 .*no narration"),
        ("# T\n\n## Scene 1\n\n> only a picture", "line 3 .*no narration"),
        ("# T\n" + "## Scene\nWords.\n" * 200, "line 62 .*200 scenes are too many; 30 fit"),
        (f"# T\n## Scene\n{'word ' * 300}", "line 2 .*1,499 characters and 1,200 fit; split"),
        (f"# T\n## Scene\nHi.\n\n> {'w ' * 900}", "line 5 .*1,799 characters and 1,500 fit"),
        (f"# {'T' * 201}\n## Scene\nHi.", "line 1 .*201 characters; 200 fit"),
        ("# \n## Scene\nHi.", "line 1 .*the title is empty"),
        ("# T\n# U\n## Scene\nHi.", "line 2 'U' .*a title already"),
        ("# T\n## Scene\n### Deep\nHi.", "line 3 'Deep' .*no deeper headings"),
        ("# T\n## Scene\n```\ncode\n```", "line 3 .*code cannot be spoken"),
        ("# T\n## Scene\n\n    indented", "line 4 .*code cannot be spoken; .*four blanks"),
        ("# T\n## Scene\n![bee](b.png) Hi.", "line 3 .*describe it in a line 'Picture"),
        ("# T\n## Scene\nHi.\n\nCharacters: Bob", "line 5 .*'Bob' is not under '## Characters'"),
        ("# T\n## Characters\n- Bob\n## Scene\nHi.", "line 3 'Bob' .*'- Name: how to"),
        ("---\nlanguage: en\n# T", "line 1 '---' .*close them with another '---'"),
        ("---\ncolour: red\n---\n# T", "line 2 'colour: red' .*language, description, hashtags"),
        ("# T\nSome words.\n## Scene\nHi.", "line 2 'Some words.' .*'name: value'"),
        ("# T\n## Scene\nHi\x00.", "NUL characters"),
    ],
)
def test_a_mistake_is_named_with_line_and_cure(text, message):
    with pytest.raises(InvalidInput, match=message):
        read(text)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"\x89PNG\r\n\x1a\n\x00\x00", "not UTF-8 at byte 0; save it as plain UTF-8"),
        ("naïve".encode("latin-1"), "not UTF-8 at byte 2"),
        (b"# T\x00", "holds NUL characters"),
        ("# T".encode("utf-16"), "not UTF-8"),
    ],
)
def test_binary_files_are_refused(data, message):
    with pytest.raises(InvalidInput, match=message):
        decode(data, "script bees.md")


def test_unreadable_files_are_refused(tmp_path):
    for path in (tmp_path, tmp_path / "nothing.md"):
        with pytest.raises(InvalidInput, match="name a readable text file"):
            read_text(path, "script", 100)


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(tmp_path):
    path = tmp_path / "bees.md"
    path.write_bytes(b"\xef\xbb\xbf" + BEES.replace("\n", "\r\n").encode())
    assert read(read_text(path, "script", 80_000)) == read(BEES)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_examples_are_read_and_survive(path):
    script = read(path.read_text())
    assert len(script.scenes) == 6
    assert read(script_markdown(script)) == script


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=60).map(one_line)
spoken = texts.map(lambda text: one_line(f"{text} bee"))
names = st.text("abcdeé xyz", min_size=1, max_size=8).map(one_line).filter(bool)
casts = st.lists(
    st.builds(Character, name=names, looks=spoken), max_size=3, unique_by=lambda c: c.name
)


@st.composite
def scripts(draw):
    cast = draw(casts)
    present = st.lists(st.sampled_from([c.name for c in cast]), max_size=2) if cast else st.just([])
    scenes = [
        Scene(
            number=number,
            kind=draw(st.sampled_from(["hook", "body", "close"])),
            narration=draw(spoken),
            picture=draw(spoken),
            keyword=draw(texts.filter(lambda text: text != "-")),
            characters=tuple(draw(present)),
        )
        for number in range(1, draw(st.integers(1, 4)) + 1)
    ]
    return Script(
        title=draw(spoken),
        language=draw(st.sampled_from(["en", "pt-BR", "ar"])),
        scenes=tuple(scenes),
        characters=tuple(cast),
        description=draw(texts.filter(lambda text: text != "-")),
        hashtags=tuple(draw(st.lists(st.text("abcé日", min_size=1), max_size=3))),
        sources=tuple(draw(st.lists(spoken, max_size=2))),
    )


def one(narration, **more):
    scene = Scene(
        number=1, kind="hook", narration=narration, picture="a bee", keyword="bee", **more
    )
    return Script(title="T", language="en", scenes=(scene,))


@settings(deadline=None, max_examples=150)
@given(scripts())
@example(one("Picture: no **bold** # here"))
@example(one("# 1. > - + * _x_ `y` [z](w) <b>t</b> &amp; ![i](j) \\ | ~~~ ---"))
@example(one("1) first"))
@example(one("--- bee"))
@example(one("<!-- bee --> <script>x</script>"))
@example(one("~~~ bee"))
@example(one("=== bee"))
def test_a_script_survives_being_written_and_read(script):
    assert read(script_markdown(script)) == script


MARKDOWN = st.lists(
    st.sampled_from(
        ["---\n", "# T\n", "## Scene\n", "> ", "- ", "Picture: ", "Keyword: ", "Characters: ", "\n",
         "\n\n", "bee ", "**b** ", "<b>", "<!--", "![i](j)", "## Characters\n", "## Sources\n", "`",
         "[a]: b\n", "language: en\n", "&amp;", "\\", "    ", "\u202e", "\x85", "```\n", "1. "]
    ),
    max_size=24,
).map("".join)  # fmt: skip


@settings(deadline=None, max_examples=300)
@given(MARKDOWN, st.sampled_from(["", "# T\n\n## Scene\n\nBees.\n\n"]))
def test_any_markdown_is_read_to_a_script_that_survives_or_refused(text, before):
    try:
        script = read(before + text)
    except InvalidInput:
        return
    assert read(script_markdown(script)) == script

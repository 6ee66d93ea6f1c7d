"""The Markdown form of a script: a person writes it, this reads it and says what is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import get_args

from providers.offline.keywords import keyword_of, picture_of
from providers.offline.plain_text import demand_length, plain_inline
from providers.offline.script_blocks import Line, blocks, front_matter, rows, take_setting
from providers.offline.script_render import NOTHING, script_markdown
from shortfactory.errors import InvalidInput
from shortfactory.story import (
    MAX_NARRATION_CHARACTERS,
    MAX_PICTURE_CHARACTERS,
    MAX_SCENES,
    Character,
    Scene,
    SceneKind,
    Script,
    Topic,
)

__all__ = ["MAX_SCRIPT_CHARACTERS", "parse_script", "script_markdown"]

MAX_SCRIPT_CHARACTERS = 80_000  # 30 scenes of the longest narration and picture note
MAX_TITLE_CHARACTERS = 200
LISTS = ("characters", "sources")  # parts that are not scenes

_LABEL = re.compile(r"(picture|keyword|characters|narration)[ \t]*:[ \t]*", re.IGNORECASE)
_BOLD = re.compile(r"(?<![\\*])\*\*(?=\S)(.+?)(?<=[^\s\\])\*\*")
_KIND = re.compile(r"\b(hook|body|close)\b", re.IGNORECASE)


@dataclass
class Part:
    """One `##` part of the file while it is read: a scene, Characters or Sources."""

    heading: Line
    narration: list[Line] = field(default_factory=list[Line])
    picture: list[Line] = field(default_factory=list[Line])
    keyword: list[Line] = field(default_factory=list[Line])
    characters: list[Line] = field(default_factory=list[Line])

    @property
    def name(self) -> str:
        """What the heading says, in lower case."""
        return plain_inline(self.heading.text).lower().strip(" :")


def parse_script(text: str, topic: Topic) -> Script:
    """Read a script in the form of docs/script-form.md. `topic` gives the default language.

    Raises InvalidInput with the line, what is wrong in it and the cure.
    """
    demand_length(text, "script", MAX_SCRIPT_CHARACTERS)
    if "\0" in text:
        raise InvalidInput("script", text, "it holds NUL characters; save it as plain text")
    settings, body, skipped = front_matter(text.replace("\r\n", "\n").replace("\r", "\n"))
    title, parts = _parts(body, skipped, settings)
    by_name = {part.name: part for part in parts if part.name in LISTS}
    scenes = [part for part in parts if part.name not in by_name]
    if not scenes:
        title.refuse("it has no scenes; add one as '## Scene 1' with its narration below")
    if len(scenes) > MAX_SCENES:
        scenes[MAX_SCENES].heading.refuse(
            f"{len(scenes)} scenes are too many; {MAX_SCENES} fit: join or drop some"
        )
    cast = tuple(_character(line) for line in _lines(by_name.get("characters")))
    language = settings.get("language") or topic.language
    return Script(
        title=_title(title),
        language=language,
        scenes=tuple(_scenes(scenes, cast, language)),
        characters=cast,
        description=settings.get("description", ""),
        hashtags=tuple(re.findall(r"[^\s,#]+", settings.get("hashtags", ""))),
        sources=tuple(plain_inline(line.text) for line in _lines(by_name.get("sources"))),
    )


def _parts(body: str, skipped: int, settings: dict[str, str]) -> tuple[Line, list[Part]]:
    title = Line(1, body.strip()[:80])
    titled = False
    parts: list[Part] = []
    for kind, line in blocks(body, skipped):
        if kind == "h1":
            if titled:
                line.refuse("there is a title already; start scenes with '## Scene'")
            title, titled = line, True
        elif kind == "h2":
            parts.append(Part(line))
        elif not (titled or parts):
            break
        elif parts:
            _read(parts[-1], line, quoted=kind == "quote")
        else:
            for row in rows(line):
                take_setting(settings, row)
    if not titled:
        title.refuse("it has no title; begin with '# ' and the title of the film")
    return title, parts


def _read(part: Part, block: Line, *, quoted: bool) -> None:
    if part.name in LISTS:
        part.narration.append(Line(block.number, block.text))
        return
    usual = target = part.picture if quoted else part.narration
    for row in rows(block):
        label = _LABEL.match(row.text)
        if not label:
            target.append(row)
            continue
        named: list[Line] = getattr(part, name := label[1].lower())
        named.append(Line(row.number, row.text[label.end() :]))
        # A keyword or a cast is one line; a picture note goes on to the end of its paragraph.
        target = named if name in ("picture", "narration") else usual


def _lines(part: Part | None) -> list[Line]:
    return [line for line in part.narration if line.text] if part else []


def _title(line: Line) -> str:
    title = plain_inline(line.text)
    if not title:
        line.refuse("the title is empty; write it after '# '")
    if len(title) > MAX_TITLE_CHARACTERS:
        line.refuse(f"the title has {len(title)} characters; {MAX_TITLE_CHARACTERS} fit")
    return title


def _character(line: Line) -> Character:
    name, colon, looks = (part.strip() for part in plain_inline(line.text).partition(":"))
    if not (name and colon and looks) or "," in name:
        line.refuse("write a character as '- Name: how to recognise them', without a comma in it")
    return Character(name=name, looks=looks)


def _scenes(parts: list[Part], cast: tuple[Character, ...], language: str) -> Iterator[Scene]:
    whole = " ".join(_joined(part.narration) for part in parts)
    for number, part in enumerate(parts, 1):
        narration = _narration(part)
        keyword = _keyword(part)
        yield Scene(
            number=number,
            kind=_scene_kind(part, number, len(parts)),
            narration=narration,
            picture=_picture(part) or picture_of(narration, whole, language),
            keyword=keyword_of(narration, whole, language) if keyword is None else keyword,
            characters=_present(part, cast),
        )


def _joined(lines: list[Line]) -> str:
    return plain_inline("\n".join(line.text for line in lines))


def _narration(part: Part) -> str:
    narration = _joined(part.narration)
    if not any(sign.isalnum() for sign in narration):
        part.heading.refuse("this scene has no narration; write what is spoken below its heading")
    if len(narration) > MAX_NARRATION_CHARACTERS:
        length = f"the narration has {len(narration):,} characters"
        part.heading.refuse(f"{length} and {MAX_NARRATION_CHARACTERS:,} fit; split the scene")
    return narration


def _picture(part: Part) -> str:
    picture = _joined(part.picture)
    if len(picture) > MAX_PICTURE_CHARACTERS:
        length = f"the picture note has {len(picture):,} characters"
        part.picture[0].refuse(f"{length} and {MAX_PICTURE_CHARACTERS:,} fit; shorten it")
    return picture


def _keyword(part: Part) -> str | None:
    """The keyword that the person chose, "" for none, None where nothing was said."""
    if part.keyword:
        keyword = _joined(part.keyword)
        return "" if keyword == NOTHING else keyword
    bold = _BOLD.search("\n".join(line.text for line in part.narration))
    return plain_inline(bold[1]).strip(" .,;:!?") if bold else None


def _scene_kind(part: Part, number: int, count: int) -> SceneKind:
    named = _KIND.search(part.heading.text)
    for kind in get_args(SceneKind):
        if named and named[1].lower() == kind:
            return kind
    return "hook" if number == 1 else "close" if number == count else "body"


def _present(part: Part, cast: tuple[Character, ...]) -> tuple[str, ...]:
    known = [character.name for character in cast]
    names = [name.strip() for name in _joined(part.characters).split(",")]
    for name in filter(None, names):
        if name not in known:
            listed = f"known are {', '.join(known)}" if known else "none is described"
            part.characters[0].refuse(
                f"{name!r} is not under '## Characters' ({listed}); add it there"
            )
    return tuple(filter(None, names))

"""The Markdown of a script file as settings and blocks, each with its line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple, NoReturn

from providers.offline.plain_text import MARKDOWN, one_line, without_tags
from providers.offline.script_render import NOTHING
from shortfactory.errors import InvalidInput

SETTINGS = ("language", "description", "hashtags")

_SETTING = re.compile(r"(?:[-*+][ \t]+)?([A-Za-z]+)[ \t]*:[ \t]*(.*)")
_IMAGE = re.compile(r"(?<!\\)!\[[^\]]*\]\(")


class Line(NamedTuple):
    """A piece of text and the line of the file it starts in, counted from 1."""

    number: int
    text: str

    def refuse(self, cure: str) -> NoReturn:
        """Raise InvalidInput that names this line."""
        raise InvalidInput(f"script line {self.number}", self.text, cure)


def front_matter(text: str) -> tuple[dict[str, str], str, int]:
    """The settings between two `---` lines at the top, the rest, and how many lines that were."""
    lines = text.lstrip("\ufeff").split("\n")
    first = next(number for number, line in enumerate(lines) if line.strip())
    if lines[first].strip() != "---":
        return {}, "\n".join(lines), 0
    ends = [n for n in range(first + 1, len(lines)) if lines[n].strip() == "---"]
    if not ends:
        Line(first + 1, "---").refuse("the settings have no end; close them with another '---'")
    settings: dict[str, str] = {}
    for number in range(first + 1, ends[0]):
        if lines[number].strip():
            take_setting(settings, Line(number + 1, lines[number].strip()))
    return settings, "\n".join(lines[ends[0] + 1 :]), ends[0] + 1


def take_setting(settings: dict[str, str], line: Line) -> None:
    """Read one `name: value` line, with or without a bullet, into the settings."""
    match = _SETTING.fullmatch(line.text)
    name = match[1].lower() if match else ""
    if not match or name not in SETTINGS:
        line.refuse(f"write 'name: value' with one of {', '.join(SETTINGS)} for the name")
    value = one_line(match[2])
    settings[name] = "" if value == NOTHING else value


def blocks(body: str, skipped: int) -> Iterator[tuple[str, Line]]:
    """Every heading and paragraph with its line: kind is h1, h2, quote or text."""
    depth, heading = 0, ""
    for token in MARKDOWN.parse(body):
        depth += (token.type == "blockquote_open") - (token.type == "blockquote_close")
        line = Line(skipped + (token.map[0] + 1 if token.map else 1), token.content.strip())
        match token.type:
            case "heading_open":
                heading = token.tag
            case "inline":
                yield _kind(heading, depth, line), line
                heading = ""
            case "html_block":
                yield from _html(line, depth)
            case "code_block" | "fence":
                line.refuse("code cannot be spoken; remove the fence or the four blanks before it")
            case _:
                pass


def _kind(heading: str, depth: int, line: Line) -> str:
    if heading not in ("", "h1", "h2"):
        line.refuse("use '# ' for the title and '## ' for scenes, no deeper headings")
    if _IMAGE.search(line.text):
        line.refuse("an image cannot be spoken; describe it in a line 'Picture: …'")
    return heading or ("quote" if depth else "text")


def _html(line: Line, depth: int) -> Iterator[tuple[str, Line]]:
    words = without_tags(line.text).strip()
    if words:
        yield ("quote" if depth else "text"), Line(line.number, words)


def rows(block: Line) -> Iterator[Line]:
    """The single lines of a block."""
    for offset, row in enumerate(block.text.split("\n")):
        yield Line(block.number + offset, row.strip())

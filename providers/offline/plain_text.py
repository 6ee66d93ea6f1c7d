"""Texts that people bring: read from a file, and freed of their Markdown."""

from __future__ import annotations

import html
import re
from itertools import pairwise
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from providers.offline.spoken import without_controls
from shortfactory.errors import InvalidInput

# A line under a paragraph is an end of scene more often than an underlined heading.
MARKDOWN = MarkdownIt("commonmark").disable("lheading")

_DROPPED = re.compile(
    r"(?<!\\)<(script|style)\b.*?</\1\s*>|(?<!\\)<!--.*?-->", re.DOTALL | re.IGNORECASE
)
_INLINE_TAG = re.compile(
    r"</?(?:a|abbr|b|code|em|i|mark|q|s|small|span|strong|su[bp]|u)\b[^<>]*>", re.I
)
_TAG = re.compile(r"</?[A-Za-z][^<>]*>|<[!?][^<>]*>")


def read_text(path: Path, what: str, longest: int) -> str:
    """Read a person's text file of at most `longest` characters.

    Raises InvalidInput, naming `what`, for a missing, unreadable, binary, empty or long file.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        cure = f"it cannot be read ({error.strerror}); name a readable text file"
        raise InvalidInput(what, str(path), cure) from error
    text = decode(data, f"{what} {path.name}")
    demand_length(text, what, longest)
    return text


def decode(data: bytes, what: str) -> str:
    """Decode UTF-8, with or without a byte-order mark. Raises InvalidInput for anything else."""
    cure = "save it as plain UTF-8 text (Markdown), not as a binary or word processor file"
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput(
            what, data[:24], f"it is not UTF-8 at byte {error.start}; {cure}"
        ) from error
    if "\0" in text:
        raise InvalidInput(what, text[:24], f"it holds NUL characters, so it is not text; {cure}")
    return text


def demand_length(text: str, what: str, longest: int) -> None:
    """Raise InvalidInput for a text that is blank or longer than `longest` characters."""
    if not text.strip():
        raise InvalidInput(what, text, "it is empty; write at least one sentence")
    if len(text) > longest:
        cure = f"it has {len(text):,} characters and {longest:,} are the most; shorten it"
        raise InvalidInput(what, text, cure)


def one_line(text: str) -> str:
    """Collapse white space and control characters to single blanks."""
    return " ".join(without_controls(text).split())


def without_tags(text: str) -> str:
    """Drop HTML tags, comments, scripts and styles; keep the words between the tags."""
    return _TAG.sub(" ", _INLINE_TAG.sub("", _DROPPED.sub(" ", text)))


def plain_inline(markdown: str) -> str:
    """The words of one Markdown paragraph, on one line, without its signs and tags."""
    (paragraph,) = MARKDOWN.parseInline(_DROPPED.sub(" ", markdown))
    return one_line("".join(map(_inline_text, paragraph.children or [])))


def paragraphs(markdown: str) -> tuple[str, ...]:
    """The running text of a document: no headings, code, pictures, tables or raw HTML."""
    found: list[str] = []
    tokens = MARKDOWN.parse(without_tags(markdown))
    for before, token in pairwise(tokens):
        if token.type == "inline" and before.type == "paragraph_open":
            found += [plain_inline(part) for part in token.content.split("\n\n")]
    return tuple(text for text in found if text and "|" not in text)


def heading(markdown: str) -> str:
    """The document's first heading, or ""."""
    tokens = MARKDOWN.parse(without_tags(markdown))
    for before, token in pairwise(tokens):
        if before.type == "heading_open" and token.content.strip():
            return plain_inline(token.content)
    return ""


def _inline_text(token: Token) -> str:
    match token.type:
        case "softbreak" | "hardbreak":
            return " "
        case "html_inline":
            return "" if _TAG.fullmatch(token.content) else html.unescape(token.content)
        case "image":
            return ""
        case _:
            return token.content

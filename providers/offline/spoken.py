"""What a text shows and what a voice says for it, word by word."""

from __future__ import annotations

import html
import re
import unicodedata
from itertools import pairwise
from typing import NamedTuple

WITHOUT_SPACES = ("cmn", "hak", "ja", "yue", "zh")

SENTENCE_ENDS = "。！？!?…."
_PHRASE_ENDS = SENTENCE_ENDS + "、，；：,;:"
_SPOKEN_SIGNS = "&+=%€$£¥°"
_LONGEST_RUN = 6  # characters that a caption of unspaced script shows at once

_TAG = re.compile(r"</?[A-Za-z][^<>]*>|<!--.*?-->", re.DOTALL)
_ENTITY = re.compile(r"&(?:#\d+|#x[0-9A-Fa-f]+|[A-Za-z]+\d*);")
_URL = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_PICTOGRAPH = re.compile(
    "[\u2190-\u21ff\u2300-\u23ff\u2460-\u27bf\u2900-\u297f\u2b00-\u2bff\ufe0f\u200d\u20e3"
    "\U0001f000-\U0001faff\U000e0020-\U000e007f]+"
)
_ABBREVIATIONS = {
    "dr.": "doctor", "mr.": "mister", "mrs.": "missis", "ms.": "miz", "prof.": "professor",
    "st.": "saint", "vs.": "versus", "e.g.": "for example", "i.e.": "that is",
    "approx.": "approximately", "no.": "number",
}  # fmt: skip


class Token(NamedTuple):
    """One caption word as the text spells it, and the words the voice says for it ("" = none)."""

    text: str
    spoken: str


class Span(NamedTuple):
    """Characters [start, end) of the spoken text."""

    start: int
    end: int


def without_controls(text: str) -> str:
    """Turn control characters into spaces; keep the joiners that emoji and scripts need."""
    return "".join(" " if unicodedata.category(sign) in ("Cc", "Cs") else sign for sign in text)


def tokens(text: str, language: str) -> tuple[Token, ...]:
    """Split a text into caption words; joined by blanks they are the text again.

    Signs that are not spoken (a lone dash, an emoji, a leftover tag) belong to the word before
    them. Languages written without spaces are cut at phrase ends and, within a phrase, into
    runs of at most six characters; there the words joined without blanks are the text.
    """
    clean = without_controls(text)
    readable = _blank(_blank(_blank(clean, _TAG), _ENTITY, decode=True), _PICTOGRAPH)
    pieces = [Token(clean[a:b], _say(readable[a:b], language)) for a, b in _cuts(clean, language)]
    return tuple(_joined(pieces, " " if language not in WITHOUT_SPACES else ""))


def spoken_text(words: tuple[Token, ...]) -> tuple[str, tuple[Span, ...]]:
    """The text for the voice, and where in it each word lies."""
    parts: list[str] = []
    spans: list[Span] = []
    length = 0
    for word in words:
        parts.append(word.spoken)
        spans.append(Span(length, length + len(word.spoken)))
        length += len(word.spoken) + 1
    return " ".join(parts), tuple(spans)


def phrases(words: tuple[Token, ...]) -> tuple[tuple[Token, ...], ...]:
    """Group words into phrases: each ends with a word that ends in punctuation."""
    found: list[list[Token]] = [[]]
    for word in words:
        found[-1].append(word)
        if word.text[-1] in _PHRASE_ENDS:
            found.append([])
    return tuple(tuple(phrase) for phrase in found if phrase)


def _blank(text: str, pattern: re.Pattern[str], *, decode: bool = False) -> str:
    """Replace what matches by as many blanks: positions stay. `decode` puts the sign first."""

    def filler(match: re.Match[str]) -> str:
        kept = html.unescape(match[0]) if decode else ""
        return kept.ljust(len(match[0])) if len(kept) <= len(match[0]) else match[0]

    return pattern.sub(filler, text)


def _cuts(text: str, language: str) -> list[tuple[int, int]]:
    chunks = [match.span() for match in re.finditer(r"\S+", text)]
    if language not in WITHOUT_SPACES:
        return chunks
    return [(start + a, start + b) for start, end in chunks for a, b in _runs(text[start:end])]


def _runs(chunk: str) -> list[tuple[int, int]]:
    phrase_ends = (
        match.end() for match in re.finditer(rf"[^{_PHRASE_ENDS}]+[{_PHRASE_ENDS}]*", chunk)
    )
    borders = sorted({0, len(chunk), *phrase_ends})
    return [run for start, end in pairwise(borders) for run in _evenly(start, end)]


def _evenly(start: int, end: int) -> list[tuple[int, int]]:
    count = -(-(end - start) // _LONGEST_RUN)
    edges = [start + round((end - start) * part / count) for part in range(count + 1)]
    return list(pairwise(edges))


def _say(readable: str, language: str) -> str:
    said = _URL.sub(_host, readable).strip(" *_`~|")
    said = re.sub(r"^[#@](?=\w)", "", said)
    said = " ".join(re.sub(r"[<>\\^{}\[\]*_`~|]", " ", said).split())
    if language.startswith("en"):
        said = _ABBREVIATIONS.get(said.lower(), said)
    return said


def _host(match: re.Match[str]) -> str:
    url = match[0].rstrip(".,;:!?)\"'")
    host = re.sub(r"^(?:https?://)?(?:www\.)?", "", url, flags=re.IGNORECASE)
    return re.split(r"[/?#:]", host)[0] + match[0][len(url) :]


def _joined(pieces: list[Token], glue: str) -> list[Token]:
    """Hang what is not heard on the word before it, or at the start on the word after."""
    joined: list[Token] = []
    waiting = ""
    for piece in pieces:
        if any(sign.isalnum() or sign in _SPOKEN_SIGNS for sign in piece.spoken):
            joined.append(Token(waiting + piece.text, piece.spoken))
            waiting = ""
        elif joined:
            last = joined[-1]
            said = f"{last.spoken} {piece.spoken}".strip()
            joined[-1] = Token(last.text + glue + piece.text, said)
        else:
            waiting += piece.text + glue
    return joined

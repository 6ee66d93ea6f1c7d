"""From words to a motif: what to draw, and where it stands."""

from __future__ import annotations

import functools
import re
from importlib.resources import files
from typing import NamedTuple

KEYWORD_WEIGHT = 0.8  # a keyword often names an idea ("Three hearts"), the note what is seen
FADE = 0.08  # the first words of a picture note name its subject; later ones set the scene
MOST = 4000  # characters that are read; a picture note has at most 1,500
NOT_A_PLACE = re.compile(
    r"\b(?:negative|calm|empty|copy|white|blank|free|quiet) (?:space|sky)"
    r"|\bspace (?:for|around|at|to)\b"
    r"|\b(?:close|stand|look|wide|at) (?:up|out|shot|the end)\b",
    re.IGNORECASE,
)


NIGHT = re.compile(
    r"\b(?:night|midnight|moon|moonlit|dark|stars?|starry|evening|asleep|sleeps?|dreams?"
    r"|nacht|nuit|noche|notte|noite)\b",
    re.IGNORECASE,
)


class Motif(NamedTuple):
    """A hero ("" when the place is the subject) and a place ("" when nothing matched)."""

    hero: str
    place: str
    night: bool


def motif_of(keyword: str, note: str) -> Motif:
    """Choose by the words of the keyword and of the picture note; ties go to the earlier word."""
    heroes: dict[tuple[str, str], float] = {}
    night = bool(NIGHT.search(f"{keyword} {note[:MOST]}"))
    for text, weight in ((keyword, KEYWORD_WEIGHT), (note, 1.0)):
        for place, word in enumerate(_words(text)):
            for found in _vocabulary().get(word, ()):
                heroes[found] = heroes.get(found, 0.0) + weight / (1 + FADE * place)
    if not heroes:
        return Motif("", "", night)
    hero, place = max(heroes, key=lambda each: heroes[each])
    return Motif(hero, place, night)


def _words(text: str) -> list[str]:
    """Singular, lower-case words in order; at most a few hundred of them matter."""
    plain = NOT_A_PLACE.sub(" ", text[:MOST]).lower()
    return [_stem(word) for word in re.findall(r"[^\W\d_]+", plain)]


def _stem(word: str) -> str:
    """Undo an English plural, -ing or -ed where the vocabulary knows what is left."""
    known = _vocabulary()
    endings = (("", ""), ("ies", "y"), ("ves", "f"), ("es", ""), ("s", ""), ("ing", ""),
               ("ing", "e"), ("ed", ""), ("ed", "e"), ("er", ""))  # fmt: skip
    for ending, instead in endings:
        stem = word[: len(word) - len(ending)] + instead
        if word.endswith(ending) and stem in known:
            return stem
    return word


@functools.cache
def _vocabulary() -> dict[str, tuple[tuple[str, str], ...]]:
    """Word to the (hero, place) pairs that it calls."""
    found: dict[str, tuple[tuple[str, str], ...]] = {}
    for line in (files("providers.offline.art") / "motifs.txt").read_text("utf-8").splitlines():
        if line.startswith("#"):
            continue
        hero, place, words = (part.strip() for part in line.split("|"))
        motif = (hero.removeprefix("-"), place)
        for word in words.split():
            found[word] = (*found.get(word, ()), motif)
    return found

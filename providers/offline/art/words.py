"""From words to a motif: what to draw, and where it stands."""

from __future__ import annotations

import functools
import re
from importlib.resources import files
from typing import NamedTuple

KEYWORD_WEIGHT = 0.6  # a keyword often names an idea ("Three hearts"), the note what is seen
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


KIN = ("clock watch hourglass", "globe planet", "tree pine", "flame candle",
       "person people mind", "fish octopus whale", "car train", "coins chart bag")  # fmt: skip
"""Heroes too much alike to stand together."""
STANDS_IN = 0.4  # the score from which a hero named after a landscape stands in it
COMPANY = 0.4  # of the hero's score: what is only mentioned in passing is not drawn
AIRBORNE = frozenset({"balloon", "bird", "cloud", "globe", "plane", "planet", "rocket"})
"""They would stand on the ground as companions, so they only come as heroes."""
INDOORS = frozenset({"room", "arch", "blocks"})


class Motif(NamedTuple):
    """What a picture shows: "" where the words name no hero, companion or place."""

    hero: str
    companion: str
    place: str
    night: bool


def motif_of(keyword: str, note: str) -> Motif:
    """Choose by the words of the keyword and of the picture note; ties go to the earlier word.

    A hero that could stand anywhere stands where the other words are: a clock, by the sea.
    """
    scores: dict[tuple[str, str], float] = {}
    for text, weight in ((note, 1.0), (keyword, KEYWORD_WEIGHT)):
        for place, word in enumerate(_words(text)):
            for found in _vocabulary().get(word, ()):
                scores[found] = scores.get(found, 0.0) + weight / (1 + FADE * place)
    night = bool(NIGHT.search(f"{keyword} {note[:MOST]}"))
    if not scores:
        return Motif("", "", "", night)
    ranked = sorted(scores, key=lambda each: -scores[each])
    hero, place = ranked[0]
    if not hero:
        hero = next((each[0] for each in ranked if each[0] and scores[each] >= STANDS_IN), "")
    named = [other for other in ranked[1:] if scores[other] >= COMPANY * scores[ranked[0]]]
    others = [
        other for other, _ in named if other not in {"", *AIRBORNE} and not _alike(other, hero)
    ]
    outdoors = [where for _, where in ranked if where not in INDOORS]
    if place in INDOORS and outdoors:
        place = outdoors[0]
    return Motif(hero, others[0] if others else "", place, night)


def apart(motif: Motif, unlike: str) -> Motif:
    """The motif without a hero that another note calls too: it comes as a companion, if it can."""
    if not motif.hero or not _alike(motif.hero, motif_of("", unlike).hero):
        return motif
    small = "" if motif.hero in AIRBORNE else motif.hero
    return motif._replace(hero="", companion=small)


def _alike(one: str, other: str) -> bool:
    return one == other or any({one, other} <= set(group.split()) for group in KIN)


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

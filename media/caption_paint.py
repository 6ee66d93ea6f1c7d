"""Draws the spoken words into frames: one painter for a film."""

from __future__ import annotations

from functools import lru_cache, partial

from media.caption_effects import EFFECTS, Drawn
from media.coverage import suits
from media.lettering import letter
from media.phrases import Phrase
from media.planes import Planes
from media.safe_area import safe_area
from media.style import CaptionStyle
from media.timeline import LINGER_MS, Frame
from media.typeset import Box


class Captioner:
    """Blends the phrase of a moment into a frame. Sprites are kept for the phrases in use."""

    def __init__(self, style: CaptionStyle, frame: Frame, language: str) -> None:
        self._letter = lru_cache(maxsize=2)(partial(_lettered, style, frame, language))
        self._suited = lru_cache(maxsize=4)(partial(_suited, style))
        self._effect = EFFECTS[style.effect]
        self._latest: tuple[Phrase, Drawn] | None = None

    def draw(self, out: Planes, shown: tuple[Phrase, ...], ms: float) -> None:
        """Draw the phrase that is shown `ms` after the voice begins, if there is one."""
        phrase = phrase_at(shown, ms)
        if phrase is not None:
            self._effect(self._drawn(phrase, shown), ms, out)

    def shade(self, out: Planes, shown: tuple[Phrase, ...], ms: float) -> None:
        """Lay the shade of that phrase, which may reach beyond the area for words."""
        phrase = phrase_at(shown, ms)
        if phrase is not None:
            self._drawn(phrase, shown).shade.blend(out)

    def box(self, shown: tuple[Phrase, ...], phrase: Phrase) -> Box:
        """The frame rectangle of one of these phrases, outline and shadow included."""
        return self._drawn(phrase, shown).made.box

    def _drawn(self, phrase: Phrase, shown: tuple[Phrase, ...]) -> Drawn:
        # Most frames show the phrase of the frame before, and a phrase's hash costs a walk over it.
        if self._latest is None or self._latest[0] is not phrase:
            self._latest = phrase, self._letter(phrase, self._suited(shown))
        return self._latest[1]


def _suited(style: CaptionStyle, shown: tuple[Phrase, ...]) -> bool:
    """Whether the style's own face has every letter; no word mixes two faces."""
    text = "".join(word.text for phrase in shown for word in phrase.words)
    return suits(style.font, text.upper() if style.upper else text)


def _lettered(
    style: CaptionStyle, frame: Frame, language: str, phrase: Phrase, own_face: bool
) -> Drawn:
    if not own_face:
        style = style.model_copy(update={"font": "Noto Sans", "weight": "Black"})
    area = safe_area(frame)
    safe = Box(area.left, area.top, area.right, area.bottom)
    return Drawn(letter(phrase, style, frame, language), safe)


def phrase_at(shown: tuple[Phrase, ...], ms: float) -> Phrase | None:
    """The phrase on the screen at this moment of the voice."""
    for index in range(len(shown) - 1, -1, -1):
        if shown[index].words[0].start_ms <= ms:
            return shown[index] if ms < shown[index].words[-1].end_ms + LINGER_MS else None
    return None

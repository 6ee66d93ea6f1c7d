"""Small pictures, tones and takes to film."""

import wave
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from media.timeline import Frame, Take
from shortfactory.story import Word

SMALL = Frame(width_px=216, height_px=384)
TEXTS = (
    "The smartest mind down there has three hearts.",
    "It opens jars from the inside, and it remembers you.",
    "So next time you see one, say hello.",
)


@pytest.fixture
def small() -> Frame:
    """A frame that is quick to encode."""
    return SMALL


@pytest.fixture(scope="session")
def still(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], Path]:
    """A textured picture with one bright disc, different for each number."""
    folder = tmp_path_factory.mktemp("stills")

    def draw(number: int) -> Path:
        path = folder / f"{number}.png"
        if not path.exists():
            random = np.random.default_rng(number)
            ground = cv2.GaussianBlur(random.normal(size=(672, 384, 3)), (0, 0), 6) * 300 + 90
            image = np.clip(ground + random.integers(0, 60, 3), 0, 255).astype(np.uint8)
            cv2.circle(image, (250, 240), 60, (20, 60, 240), -1, cv2.LINE_AA)
            cv2.imwrite(str(path), image)
        return path

    return draw


@pytest.fixture(scope="session")
def tone(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], Path]:
    """A spoken-like tone of so many milliseconds, mono at 24 kHz."""
    folder = tmp_path_factory.mktemp("tones")

    def draw(long_ms: int) -> Path:
        path = folder / f"{long_ms}.wav"
        at = np.arange(long_ms * 24) / 24_000
        samples = np.sin(2 * np.pi * 220 * at) * (0.3 + 0.2 * np.sin(2 * np.pi * 3 * at))
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(24_000)
            file.writeframes((samples * 32_000).astype("<i2").tobytes())
        return path

    return draw


def spoken(text: str, long_ms: int) -> tuple[Word, ...]:
    """Words that share the time equally."""
    words = text.split()
    step = long_ms / max(1, len(words))
    return tuple(
        Word(text=word, start_ms=round(at * step), end_ms=round((at + 0.9) * step))
        for at, word in enumerate(words)
    )


@pytest.fixture
def takes(
    still: Callable[[int], Path], tone: Callable[[int], Path]
) -> Callable[..., tuple[Take, ...]]:
    """Takes for the given voice lengths, numbered from 1; the last one closes."""

    def make(*voices_ms: int, picture: Path | None = None) -> tuple[Take, ...]:
        kinds = ("hook", *("body",) * (len(voices_ms) - 2), "close")
        return tuple(
            Take(
                number=number,
                kind=kinds[number - 1],
                picture=picture or still(number),
                voice=tone(max(voice_ms, 1)),
                voice_ms=voice_ms,
                text=TEXTS[(number - 1) % 3],
                words=spoken(TEXTS[(number - 1) % 3], voice_ms),
                keyword="three hearts",
            )
            for number, voice_ms in enumerate(voices_ms, 1)
        )

    return make

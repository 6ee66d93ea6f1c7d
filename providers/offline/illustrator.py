"""The offline illustrator and its poster-printing colleague: designed pictures, no key, no cost."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Callable, Mapping
from functools import partial
from threading import BoundedSemaphore

import numpy as np
import pyvips
from pydantic import JsonValue

from providers.offline.art.poster import poster
from providers.offline.art.scene import illustrate
from providers.ports import ImageReply, ImageRequest, Usage

Painter = Callable[[str, str, str, tuple[str, ...], float, int, str], np.ndarray]
"""(note, keyword, aspect, palette, scale, seed, look) to height x width x 3 bytes, RGB."""

EDITION = 5  # raise it when the same request begins to draw another picture
EASELS = BoundedSemaphore(2)  # paintings at a time: each takes 200 MB while it is made
SCALES = {"1K": 1.0, "2K": 1.5, "4K": 2.0}
JPEG_QUALITY = 93  # with full chroma; 1 MB at 1080x1920, no visible loss of the grain


class OfflineIllustrator:
    """Paper-cut scenes with depth and light: a place and a hero chosen by the words."""

    id = "offline:illustrator"

    def fingerprint(self, request: ImageRequest) -> Mapping[str, JsonValue]:
        """Words, palette, format, look and variation; references change nothing."""
        apart: dict[str, JsonValue] = {"unlike": request.unlike} if request.unlike else {}
        return _fingerprint(request) | apart

    async def draw(self, request: ImageRequest, references: tuple[bytes, ...]) -> ImageReply:  # noqa: ARG002 - the port
        """Paint in a thread. The same request gives the same bytes on the same machine.

        Every second variation is the one before it turned: seen from the other side, further
        away, in another light. So what is drawn again for looking like a neighbour differs; and
        where both notes call the same hero, this one's is only a small figure.

        Raises:
            InvalidInput: a palette colour that is not #rrggbb.
        """
        composition, turned = divmod(request.variation, 2)
        paint = partial(illustrate, turned=bool(turned), unlike=request.unlike)
        return await asyncio.to_thread(_draw, paint, self.id, request, composition)


class OfflinePoster:
    """Bold typographic posters: flat colour, giant type, one cut of geometry."""

    id = "offline:poster"

    def fingerprint(self, request: ImageRequest) -> Mapping[str, JsonValue]:
        """Words, palette, format, look and variation; references change nothing."""
        return _fingerprint(request)

    async def draw(self, request: ImageRequest, references: tuple[bytes, ...]) -> ImageReply:  # noqa: ARG002 - the port
        """Print in a thread. The same request gives the same bytes on the same machine.

        Raises:
            InvalidInput: a palette colour that is not #rrggbb.
        """
        return await asyncio.to_thread(_draw, poster, self.id, request, request.variation)


def _fingerprint(request: ImageRequest) -> dict[str, JsonValue]:
    return {
        "edition": EDITION,
        "note": request.subject or request.prompt,
        "keyword": request.keyword,
        "palette": list(request.palette),
        "look": request.look,
        "aspect": request.aspect,
        "size": request.size,
        "variation": request.variation,
    }


def _draw(paint: Painter, model: str, request: ImageRequest, composition: int) -> ImageReply:
    note = request.subject or request.prompt
    with EASELS:
        pixels = paint(
            note,
            request.keyword,
            request.aspect,
            request.palette,
            SCALES[request.size],
            _seed(model, note, request.keyword, composition),
            request.look,
        )
    image = pyvips.Image.new_from_array(pixels, interpretation="srgb")
    data = image.jpegsave_buffer(Q=JPEG_QUALITY, subsample_mode="off", keep=0)
    height_px, width_px = pixels.shape[:2]
    return ImageReply(
        data=data,
        media_type="image/jpeg",
        width_px=width_px,
        height_px=height_px,
        usage=Usage(units={"images": 1}),
    )


def _seed(model: str, note: str, keyword: str, composition: int) -> int:
    """One number from the words and the composition: format and colours do not change it."""
    words = json.dumps([model, note, keyword, composition])
    return int.from_bytes(hashlib.sha256(words.encode()).digest()[:6], "big")

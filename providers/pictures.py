"""Pictures as bytes: what they really are, whether they are whole, and smaller copies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

MOST_PIXELS = 64_000_000  # four times the largest picture a model draws
REFERENCE_SIDE_PX = 1024
LARGEST_REFERENCE_BYTES = 1_000_000
SHAPE_TOLERANCE = 0.04  # 768x1376 is asked for as 9:16 and is 0.8 % off

_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
)


class PictureProblem(ValueError):
    """These bytes are not the picture that was asked for; the text says why."""


@dataclass(frozen=True)
class Measured:
    """A picture proven to decode to its last line."""

    media_type: str
    width_px: int
    height_px: int


def measure(data: bytes, aspect: str, least_side_px: int) -> Measured:
    """Decode the whole picture and check its shape.

    Raises:
        PictureProblem: not PNG, JPEG or WebP; cut off or damaged; huge; another shape than
            `aspect` ("9:16"), or a shorter side below `least_side_px`.
    """
    media_type = sniff(data)
    image = _decoded(data)
    width, height = map(int, aspect.split(":"))
    off = abs(image.width / image.height / (width / height) - 1)
    if off > SHAPE_TOLERANCE:
        raise PictureProblem(f"it is {image.width}x{image.height} pixels, not {aspect}")
    if min(image.width, image.height) < least_side_px:
        raise PictureProblem(f"it is only {image.width}x{image.height} pixels")
    return Measured(media_type, image.width, image.height)


def sniff(data: bytes) -> str:
    """The media type that the bytes themselves declare, whatever a vendor calls them.

    Raises:
        PictureProblem: none of PNG, JPEG, WebP.
    """
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    for signature, media_type in _SIGNATURES:
        if data.startswith(signature):
            return media_type
    raise PictureProblem("it is none of PNG, JPEG, WebP" if data else "it is empty")


def reference(data: bytes) -> tuple[bytes, str]:
    """A picture to send along: as it is when small, else a JPEG of at most 1024 pixels a side.

    Vendors cap an inline file (7 MB), and a reference costs the same tokens at any size.

    Raises:
        PictureProblem: not a whole picture.
    """
    media_type = sniff(data)
    image = _decoded(data)
    small = max(image.width, image.height) <= REFERENCE_SIDE_PX
    if small and len(data) <= LARGEST_REFERENCE_BYTES:
        return data, media_type
    import pyvips  # noqa: PLC0415 - loads a large library

    shrunk: Any = pyvips.Image.thumbnail_buffer(
        data, REFERENCE_SIDE_PX, height=REFERENCE_SIDE_PX, size="down"
    )
    flat = shrunk.flatten(background=255) if shrunk.hasalpha() else shrunk
    return bytes(flat.jpegsave_buffer(Q=88, strip=True)), "image/jpeg"


def _decoded(data: bytes) -> Any:
    import pyvips  # noqa: PLC0415 - loads a large library

    try:
        image: Any = pyvips.Image.new_from_buffer(data, "", fail_on="warning")
        if image.width * image.height > MOST_PIXELS:
            raise PictureProblem(f"it has {image.width}x{image.height} pixels")
        return image.copy_memory()
    except pyvips.Error as error:
        raise PictureProblem("it is cut off or damaged") from error

"""Single frames out of a finished film, as small JPEG pictures."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import av
import pyvips
from av.container import InputContainer
from av.error import FFmpegError
from av.video.frame import VideoFrame
from av.video.reformatter import Colorspace, Interpolation

from shortfactory.errors import MediaError

JPEG_QUALITY = 78


def stills(film: Path, moments_ms: Iterable[int], height_px: int) -> dict[int, bytes]:
    """The frame shown at each moment, scaled to a height; beyond the end, the last frame.

    Raises:
        MediaError: the file cannot be opened, or holds no picture.
    """
    found: dict[int, bytes] = {}
    try:
        with av.open(film) as container:
            for at_ms in sorted(set(moments_ms)):
                found[at_ms] = _jpeg(_frame_at(container, at_ms), height_px)
    except (FFmpegError, OSError, IndexError) as error:
        raise MediaError(
            f"No frame of {film.name} can be shown: {error}.", cure="Render the film again."
        ) from error
    return found


def _frame_at(container: InputContainer, at_ms: int) -> VideoFrame:
    container.seek(at_ms * 1000, backward=True)  # in microseconds, to the keyframe before
    last: VideoFrame | None = None
    for frame in container.decode(container.streams.video[0]):
        if last is not None and (frame.time or 0.0) * 1000 > at_ms + 0.5:
            break
        last = frame
    if last is None:
        raise IndexError("it holds no picture")
    return last


def _jpeg(frame: VideoFrame, height_px: int) -> bytes:
    width_px = max(2, round(frame.width * height_px / frame.height))
    small = frame.reformat(
        width_px,
        height_px,
        format="rgb24",
        src_colorspace=Colorspace.ITU709,
        interpolation=Interpolation.AREA,
    )
    image = pyvips.Image.new_from_array(small.to_ndarray())
    encoded: bytes = image.copy(interpretation="srgb").jpegsave_buffer(Q=JPEG_QUALITY, keep=0)
    return encoded

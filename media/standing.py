"""Where a scene's captions stand: in the style's own band, or above, where they spare its faces."""

from __future__ import annotations

from media.faces import follow
from media.overlap import Rectangle, covered_share
from media.safe_area import centred, safe_area
from media.style import CaptionStyle, Style
from media.timeline import LINGER_MS, Body, Frame

LINE_EM = 1.8  # the highest line of any script here (Arabic), with its distance to the next one
SPARED = 0.05
"""Of a face: so little of its rim may lie under a band, which is larger than the words in it."""
LOOKS = 5  # moments of a phrase at which the camera's view is held against the bands


def caption_centre(body: Body, style: Style, frame: Frame) -> float:
    """The middle of a scene's captions as a share of the frame's height, the same all through it.

    The style's own, unless a face would lie under them at some moment of the scene; then the
    upper third of the safe area, if less of a face lies there. Known before a frame is drawn.

    Raises:
        MediaError: the picture of a scene with faces cannot be read.
    """
    own = style.captions.centre
    faces = follow(body, style, frame)
    if faces is None:
        return own
    seen = [face for number in _moments(body, frame) for face in faces.at(number)]

    def hidden(centre: float) -> float:
        above = band(style.captions, frame, centre)
        return max((covered_share(face, above) for face in seen), default=0.0)

    return own if hidden(own) <= SPARED else min(own, upper_centre(frame), key=hidden)


def upper_centre(frame: Frame) -> float:
    """The middle of the upper third of the safe area."""
    area = safe_area(frame)
    return (area.top + (area.bottom - area.top) / 6) / frame.height_px


def band(style: CaptionStyle, frame: Frame, centre: float) -> Rectangle:
    """What a phrase of this style may cover at most where its middle stands there."""
    area = centred(frame)
    size_px = style.size * min(frame.width_px, frame.height_px)
    high = round(size_px * (style.lines * LINE_EM + 2 * (style.outline_share + 0.12)))
    high = min(high, area.bottom - area.top)
    top = round(frame.height_px * centre - high / 2)
    top = min(max(top, area.top), area.bottom - high)
    return area.left, top, area.right, top + high


def _moments(body: Body, frame: Frame) -> list[int]:
    """Frames of the body while its phrases are shown, each phrase's middle among them."""
    starts = [phrase.words[0].start_ms for phrase in body.phrases]
    found: list[int] = []
    for index, phrase in enumerate(body.phrases):
        end_ms = phrase.words[-1].end_ms + LINGER_MS
        end_ms = min([end_ms, *starts[index + 1 : index + 2]])
        step_ms = (end_ms - starts[index]) / (LOOKS - 1)
        for number in range(LOOKS):
            at_ms = starts[index] + number * step_ms
            found.append(body.voice_frame + frame.frames(at_ms / 1000))
    return found

"""Lay frames of a film side by side: `python -m docs.film_strip film.mp4 docs/film.jpg`."""

from __future__ import annotations

import sys

import av
import cv2
import numpy as np

COUNT, WIDTH_PX, HEIGHT_PX, GAP_PX = 6, 270, 480, 12


def strip(film: str, count: int = COUNT) -> np.ndarray:
    """Frames from the middle of `count` equal parts, on white."""
    with av.open(film) as container:
        frames = list(_small(container))
    step = len(frames) / count
    chosen = [frames[int((part + 0.5) * step)] for part in range(count)]
    gap = np.full((HEIGHT_PX, GAP_PX, 3), 255, np.uint8)
    row = [piece for frame in chosen for piece in (frame, gap)][:-1]
    return np.hstack(row)


def _small(container: av.container.InputContainer) -> list[np.ndarray]:
    return [
        cv2.resize(
            frame.to_ndarray(format="bgr24"), (WIDTH_PX, HEIGHT_PX), interpolation=cv2.INTER_AREA
        )
        for frame in container.decode(video=0)
    ]


if __name__ == "__main__":
    cv2.imwrite(sys.argv[2], strip(sys.argv[1]), [cv2.IMWRITE_JPEG_QUALITY, 88])

"""What somebody sees who looks at a finished picture: faces, and where its subject is."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from shortfactory.story import Plain

Share = Annotated[float, Field(ge=0, le=1)]


def _spanned(area: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    left, top, right, bottom = area
    if left >= right or top >= bottom:
        raise ValueError("an area ends to the right of and below where it begins")
    return area


Area = Annotated[tuple[Share, Share, Share, Share], AfterValidator(_spanned)]
"""Left, top, right and bottom as shares of a picture's width and height."""


class Sight(Plain):
    """What a picture shows. No faces is an answer too: it was looked at, and has none."""

    faces: tuple[Area, ...] = ()
    subject: Area | None = None

    @property
    def focus(self) -> tuple[float, float] | None:
        """Where a camera should aim: at the largest face, else at the subject's middle."""
        chosen = max(self.faces, key=_extent, default=self.subject)
        return None if chosen is None else middle(chosen)


def middle(area: tuple[float, float, float, float]) -> tuple[float, float]:
    """The centre of an area, as shares."""
    left, top, right, bottom = area
    return round((left + right) / 2, 4), round((top + bottom) / 2, 4)


def _extent(area: tuple[float, float, float, float]) -> float:
    left, top, right, bottom = area
    return (right - left) * (bottom - top)

"""Draws the pieces of a whole film: bodies, joints and the coda, with or without its words."""

from __future__ import annotations

from dataclasses import replace

from media.frames import Painter, Scene, open_scene
from media.planes import Planes
from media.style import Style
from media.timeline import Piece, Timeline


class PiecePainter:
    """Draws any frame of any piece. Pieces come in order: two scenes are kept open, for a joint.

    It serves one thread at a time, as the painter inside it does.
    """

    def __init__(self, timeline: Timeline, style: Style, *, words: bool = True) -> None:
        """Take the film's plan; with `words` its captions are drawn too."""
        self._timeline, self._style, self._words = timeline, style, words
        self._painter = Painter(style, timeline.frame, timeline.bodies[0].take.language)
        self._open: dict[int, Scene] = {}

    def draw(self, piece: Piece, at: int, out: Planes) -> None:
        """Fill the planes with a piece's frame `at`."""
        left = self._scene(piece.scene)
        if piece.kind == "body":
            self._painter.body(left, at, out)
        elif piece.kind == "coda":
            self._painter.body(left, left.body.frames + at, out)
        else:
            self._painter.joint(left, self._scene(piece.scene + 1), at, out)

    def _scene(self, index: int) -> Scene:
        if index not in self._open:
            self._open = {key: scene for key, scene in self._open.items() if key == index - 1}
            body = self._timeline.bodies[index]
            scene = open_scene(body, self._style, self._timeline.frame)
            # The camera's cuts follow the phrases; only after it is planned may they go.
            bare = replace(scene, body=replace(scene.body, phrases=()))
            self._open[index] = scene if self._words else bare
        return self._open[index]

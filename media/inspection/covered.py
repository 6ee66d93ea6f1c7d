"""Whether captions stand on faces."""

from __future__ import annotations

from pydantic import JsonValue

from media.overlap import covered_share
from media.report import Expected, ExpectedCue, Finding

MOST_COVERED = 0.15
"""Of a face's box, which ends at hairline and chin: with so much of one rim hidden, eyes, nose and
mouth are still free. What looks at pictures errs by a tenth of a face and less."""


def check_faces(expected: Expected) -> list[Finding]:
    """One finding for each scene of which a caption hides a face, with the worst of its cues."""
    worst: dict[int, tuple[float, ExpectedCue]] = {}
    for cue in expected.cues:
        hidden = hidden_share(cue)
        if hidden is not None and hidden > worst.get(cue.scene, (MOST_COVERED, cue))[0]:
            worst[cue.scene] = (hidden, cue)
    return [_finding(hidden, cue) for hidden, cue in worst.values()]


def measured_faces(expected: Expected) -> dict[str, JsonValue]:
    """The largest share of a face under a caption, and the scenes that this says nothing of."""
    hidden = [share for cue in expected.cues if (share := hidden_share(cue)) is not None]
    unlooked = sorted({cue.scene for cue in expected.cues if cue.faces is None})
    found: dict[str, JsonValue] = {"face_under_caption": max(hidden, default="not looked at")}
    if hidden and unlooked:
        found["unlooked_scenes"] = ", ".join(map(str, unlooked))
    return found


def hidden_share(cue: ExpectedCue) -> float | None:
    """How much of any one face lies under a caption, at its middle; None where nobody looked."""
    if cue.faces is None or cue.box is None:
        return None
    box = cue.box
    return round(max((covered_share(face, box) for face in cue.faces), default=0.0), 3)


def _finding(hidden: float, cue: ExpectedCue) -> Finding:
    return Finding(
        check="caption_face",
        severity="fail",
        message=f"The caption {cue.text[:40]!r} hides {hidden:.0%} of a face in scene {cue.scene}, "
        "and no other place for captions hides less. Draw the picture again.",
        measured=hidden,
        limit=MOST_COVERED,
        scene=cue.scene,
        at_ms=round((cue.start_ms + cue.end_ms) / 2),
    )

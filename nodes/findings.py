"""What an inspecting agent has to say, as data."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from typing_extensions import TypedDict

from media.report import Finding as Fault

Severity = Literal["note", "revise", "block"]
"""note: worth knowing. revise: should be mended. block: must not be filmed like this."""


class Finding(TypedDict):
    """One thing an agent found, with the scene where there is one."""

    check: str
    severity: Severity
    scene: int | None
    message: str


def to_mend(faults: Iterable[Fault], scene: int) -> list[Finding]:
    """What must be mended of all that was measured of one half of a scene."""
    return [
        Finding(check=fault.check, severity="revise", scene=scene, message=fault.message)
        for fault in faults
        if fault.severity == "fail"
    ]

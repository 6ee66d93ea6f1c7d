"""What an inspecting agent has to say, as data."""

from __future__ import annotations

from typing import Literal

from typing_extensions import TypedDict

Severity = Literal["note", "revise", "block"]
"""note: worth knowing. revise: should be mended. block: must not be filmed like this."""


class Finding(TypedDict):
    """One thing an agent found, with the scene where there is one."""

    check: str
    severity: Severity
    scene: int | None
    message: str

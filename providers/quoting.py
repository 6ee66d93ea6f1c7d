"""A vendor's own words, made fit for a message that a person reads."""

from __future__ import annotations

LONGEST_QUOTE = 300


def quote(text: object) -> str:
    """The words on one line and at most 300 characters long; a web page is only named as one."""
    words = " ".join(str(text or "").split())
    if words.startswith("<"):
        return "a web page instead of an answer"
    return words if len(words) <= LONGEST_QUOTE else f"{words[: LONGEST_QUOTE - 3]}..."

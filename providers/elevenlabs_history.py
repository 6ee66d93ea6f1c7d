"""ElevenLabs' history of an account as records of paid calls.

The form is that of `GET /v1/history` (SDK 2.78: `SpeechHistoryItemResponse`). Nothing there is
checked by the SDK, so every value is. An item without a usable time, text or id tells of no call.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

from providers.ports import VendorRecord

PAGE = 1_000  # the most that one listing may hold
MOST_PAGES = 10


def text_digest(text: str) -> str:
    """What a text is recognised by, whatever becomes of its spaces and line breaks."""
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()


def read_history(items: Iterable[Any], model: str) -> tuple[VendorRecord, ...]:
    """The items that tell of a narration by this model."""
    return tuple(_record(item) for item in items if _tells(item, model))


def _tells(item: Any, model: str) -> bool:
    named = isinstance(item.request_id or item.history_item_id, str)
    return named and item.model_id == model and isinstance(item.text, str)


def _record(item: Any) -> VendorRecord:
    before, after = item.character_count_change_from, item.character_count_change_to
    counted = isinstance(before, int) and isinstance(after, int) and after >= before
    return VendorRecord(
        ref=item.request_id or item.history_item_id,
        trace={"voice": str(item.voice_id or ""), "text_sha256": text_digest(item.text)},
        # Credits are what the plan deducted; the list price is per character of the text.
        units={"characters": len(item.text), "credits": after - before if counted else None},
    )

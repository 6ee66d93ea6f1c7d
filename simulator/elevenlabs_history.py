"""ElevenLabs' history of an account, `GET /v1/history`: what the bill says was spoken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from simulator.bill import Row
from simulator.elevenlabs_errors import validation
from simulator.voices import voice_rows
from simulator.wire import Answer, Json

USUAL_PAGE, LARGEST_PAGE = 100, 1_000
NUMBERS = ("page_size", "date_after_unix", "date_before_unix")


def history(rows: Sequence[Row], query: Mapping[str, str]) -> Answer:
    """The spoken rows of a bill that the query asks for, the newest first, a page at a time."""
    wrong = next((name for name in NUMBERS if not query.get(name, "0").isdigit()), None)
    size = USUAL_PAGE if wrong else int(query.get("page_size", USUAL_PAGE))
    if wrong or not 1 <= size <= LARGEST_PAGE:
        return validation(wrong or "page_size", "Input should be a valid integer", "int_parsing")
    if query.get("model_id") and not query.get("source"):
        return validation("source", "Field required with model_id")
    items = [item for item in _items(rows) if _asked_for(item, query)]
    if query.get("sort_direction", "desc") == "desc":
        items.reverse()
    ids = [item["history_item_id"] for item in items]
    after = query.get("start_after_history_item_id", "")
    first = ids.index(after) + 1 if after in ids else 0
    page = items[first : first + size]
    return Answer(
        {
            "history": page,
            "last_history_item_id": page[-1]["history_item_id"] if page else None,
            "has_more": first + size < len(items),
            "scanned_until": page[-1]["date_unix"] if page else None,
        }
    )


def _items(rows: Sequence[Row]) -> list[Json]:
    """Every narration that was made, whatever became of its answer, in order."""
    spoken, credits = [row for row in rows if row.kind == "voice" and row.item_id], 0
    items: list[Json] = []
    for row in spoken:
        items.append(_item(row, credits))
        credits += row.units["credits"]
    return items


def _item(row: Row, credits_before: int) -> Json:
    voice: Mapping[str, Any] = next(v for v in voice_rows() if v["voice_id"] == row.target)
    return {
        "history_item_id": row.item_id,
        "request_id": row.request_id,
        "voice_id": row.target,
        "model_id": row.model,
        "voice_name": voice["name"],
        "voice_category": voice["category"],
        "text": row.text,
        "date_unix": int(row.at_unix_s),
        "character_count_change_from": credits_before,
        "character_count_change_to": credits_before + row.units["credits"],
        "content_type": "audio/wav",
        "state": "created",
        "settings": None,
        "feedback": None,
        "share_link_id": None,
        "source": "TTS",
        "alignments": None,
        "output_format": "pcm_24000",
    }


def _asked_for(item: Json, query: Mapping[str, str]) -> bool:
    """Since inclusive, before exclusive, as the vendor's parameters say."""
    since, before = int(query.get("date_after_unix", 0)), query.get("date_before_unix")
    same = all(query.get(name, item[name]) == item[name] for name in ("voice_id", "model_id"))
    found = query.get("search", "").lower() in item["text"].lower()
    in_time = since <= item["date_unix"] and (before is None or item["date_unix"] < int(before))
    return same and found and in_time and query.get("source", "TTS") == "TTS"

"""What each platform accepts beside the film, and titles cut to it at word borders."""

from __future__ import annotations

import re
from typing import NamedTuple

from pydantic import JsonValue

from shortfactory.story import Script


class Platform(NamedTuple):
    """Limits in characters and counts.

    YouTube: support.google.com/youtube/answer/57407 (title 100, description 5,000; more than 60
    hashtags are all ignored). TikTok: developers.tiktok.com content posting (caption 2,200).
    Instagram: developers.facebook.com content publishing (caption 2,200, 30 hashtags).
    """

    name: str
    title: int
    description: int
    hashtags: int


PLATFORMS = (
    Platform("youtube_shorts", 100, 5_000, 15),
    Platform("tiktok", 90, 2_200, 10),
    Platform("instagram_reels", 90, 2_200, 30),
)


def metadata(script: Script, *, generated: bool) -> dict[str, JsonValue]:
    """Title, description, hashtags and flags for every platform."""
    flags = {"synthetic_media": generated, "made_for_kids": False}
    return {
        "title": script.title,
        "language": script.language,
        "description": script.description,
        "hashtags": list(script.hashtags),
        "sources": list(script.sources),
        **flags,
        "platforms": {platform.name: _fit(script, platform) for platform in PLATFORMS},
    }


def _fit(script: Script, platform: Platform) -> dict[str, JsonValue]:
    tags: list[JsonValue] = []
    for tag in script.hashtags[: platform.hashtags]:
        if cleaned := re.sub(r"[^\w]", "", tag):
            tags.append(f"#{cleaned}")
    room = platform.description - sum(len(str(tag)) + 1 for tag in tags) - 1
    return {
        "title": shorten(script.title, platform.title),
        "description": f"{shorten(script.description, room)}\n{' '.join(map(str, tags))}".strip(),
        "hashtags": tags,
    }


def shorten(text: str, limit: int) -> str:
    """Cut at a word border so that the ellipsis still fits."""
    text = " ".join(text.split())
    if len(text) <= limit:
        return text
    return text[: limit - 1].rsplit(" ", 1)[0].rstrip(" ,;:.-") + "…"

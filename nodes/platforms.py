"""What each platform accepts beside the film, and titles cut to it at word borders."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from pydantic import JsonValue

from shortfactory.story import Script


def _characters(text: str) -> int:
    return len(text)


def _bytes(text: str) -> int:
    return len(text.encode())


def _utf16(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


class Platform(NamedTuple):
    """Limits, how the platform counts its text, and where it wants to be told of synthetic media.

    YouTube: developers.google.com/youtube/v3/docs/videos (title 100 characters, description
    5,000 bytes, tags 500 characters, none with angle brackets); support.google.com/youtube
    57407 (more than 60 hashtags are all ignored); status.containsSyntheticMedia since 30 October
    2024, of which YouTube writes its own label into the description (support.google.com/youtube
    14328491). TikTok: developers.tiktok.com, direct post (caption 2,200 in UTF-16); its rules ask
    for the label or for words of one's own in the caption. Instagram: developers.facebook.com,
    content publishing (caption 2,200, 30 hashtags); its API has no field for synthetic media, the
    label is set in the app. `says_it`: the description says how the film was made.
    """

    name: str
    title: int
    description: int
    hashtags: int
    size: Callable[[str], int]
    disclosure: str
    for_kids: str
    says_it: bool


PLATFORMS = (
    Platform(
        "youtube_shorts", 100, 5_000, 15, _bytes,
        "status.containsSyntheticMedia", "status.selfDeclaredMadeForKids", says_it=False,
    ),
    Platform("tiktok", 90, 2_200, 10, _utf16, "post_info.is_aigc", "", says_it=True),
    Platform(
        "instagram_reels", 90, 2_200, 30, _characters, "label “AI info” in the app", "",
        says_it=True,
    ),
)  # fmt: skip
YOUTUBE_TAGS_CHARACTERS = 500  # with a comma between two, and quotes round one with a space
SPOKEN_OF = {
    "en": "Pictures and voice were made with artificial intelligence.",
    "ar": "الصور والصوت من صنع الذكاء الاصطناعي.",
    "de": "Bilder und Stimme wurden mit künstlicher Intelligenz erzeugt.",
    "es": "Las imágenes y la voz se crearon con inteligencia artificial.",
    "fr": "Les images et la voix ont été créées avec une intelligence artificielle.",
    "hi": "चित्र और आवाज़ कृत्रिम बुद्धिमत्ता से बनाए गए हैं।",
    "it": "Le immagini e la voce sono state create con l'intelligenza artificiale.",
    "ja": "画像と音声はAIで生成されています。",
    "ko": "이미지와 음성은 인공지능으로 제작되었습니다.",
    "pt": "As imagens e a voz foram criadas com inteligência artificial.",
    "ru": "Изображения и голос созданы с помощью искусственного интеллекта.",
    "zh": "画面和配音由人工智能生成。",
}
"""The disclosure by language; films in others say it in English."""


def metadata(script: Script, *, generated: bool, made_for_kids: bool) -> dict[str, JsonValue]:
    """Title, description, hashtags and flags for every platform, within its limits."""
    flags: dict[str, JsonValue] = {"synthetic_media": generated, "made_for_kids": made_for_kids}
    said = spoken_of(script.language) if generated else ""
    return {
        "title": script.title,
        "language": script.language,
        "description": script.description,
        "hashtags": list(script.hashtags),
        "sources": list(script.sources),
        **flags,
        "disclosure": said,
        "platforms": {
            platform.name: {**_fit(script, platform, said), **_flags(platform, flags)}
            for platform in PLATFORMS
        },
    }


def spoken_of(language: str) -> str:
    """The sentence that says how the film was made, in the film's language where it is known."""
    return SPOKEN_OF.get(language.lower().replace("_", "-").split("-")[0], SPOKEN_OF["en"])


def _fit(script: Script, platform: Platform, said: str) -> dict[str, JsonValue]:
    """Title, description and hashtags; the disclosure and the hashtags are never cut."""
    tags = list(dict.fromkeys(filter(None, map(_hashtag, script.hashtags))))[: platform.hashtags]
    last = "\n".join(filter(None, (said if platform.says_it else "", " ".join(tags))))
    room = platform.description - platform.size(last) - 1
    body = shorten(_plain(script.description), room, platform.size)
    fitted: dict[str, JsonValue] = {
        "title": shorten(_plain(script.title), platform.title, _characters),
        "description": f"{body}\n{last}".strip(),
        "hashtags": list[JsonValue](tags),
    }
    if platform.name == "youtube_shorts":
        fitted["tags"] = list[JsonValue](_keywords(tags))
    return fitted


def _flags(platform: Platform, flags: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """Each flag with the field of the platform's own API that carries it."""
    fields: dict[str, JsonValue] = {platform.disclosure: flags["synthetic_media"]}
    if platform.for_kids:
        fields[platform.for_kids] = flags["made_for_kids"]
    return {**flags, "fields": fields}


def _hashtag(tag: str) -> str:
    cleaned = re.sub(r"[^\w]", "", tag)
    return f"#{cleaned}" if cleaned else ""


def _keywords(tags: list[str]) -> list[str]:
    kept: list[str] = []
    for tag in tags:
        if len(",".join([*kept, tag[1:]])) <= YOUTUBE_TAGS_CHARACTERS:
            kept.append(tag[1:])
    return kept


def _plain(text: str) -> str:
    """Angle brackets make YouTube refuse an upload."""
    return text.replace("<", "‹").replace(">", "›")


def shorten(text: str, limit: int, size: Callable[[str], int] = _characters) -> str:
    """Cut at a word border so that the ellipsis still fits; `size` counts as the platform does."""
    text = " ".join(text.split())
    if size(text) <= limit:
        return text
    room = limit - size("…")
    while size(text) > room:
        text = text[: min(len(text) - 1, room)]
    whole = text.rsplit(" ", 1)[0]
    return (whole if len(whole) * 2 > len(text) else text).rstrip(" ,;:.-") + "…"

"""How much one request can use at most, and what it usually uses, before it is made.

Text and speech carry their ceiling in the request (`max_output_tokens`), so a reply cannot run
past its reservation. So does a picture's: its own tokens, and twice the remainder and thoughts of
any recorded reply. A reply beyond its ceiling is settled at the reservation, flagged, and its claim
kept in the ledger.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass

from providers.ports import ImageRequest, SightRequest, TextRequest, VoiceRequest

Units = dict[str, int]
Request = TextRequest | ImageRequest | VoiceRequest | SightRequest

MOST_REMAINDER_TOKENS = 1_400  # around a picture: twice the 346 + 340 that were ever recorded
FRAME_TOKENS = 64  # what a vendor adds around the words: roles, tool frames
CHARACTERS_PER_TOKEN = 4  # English and JSON, as Google's own documentation counts
USUAL_OUTPUT_TOKENS = 1_500  # a six-scene script with thoughts at their minimum
AUDIO_TOKENS_PER_S = 25  # Gemini speech: ai.google.dev/gemini-api/docs/tokens
MOST_AUDIO_TOKENS = 16_384  # what every Gemini speech model may answer at most: eleven minutes
USUAL_CHARACTERS_PER_S = 15
SLOWEST_LETTER_S = 0.25  # a slow reader
SEEN_TOKENS = (
    1_120  # of a picture at high resolution: ai.google.dev/gemini-api/docs/media-resolution
)
QUESTION_TOKENS = 512  # the words and the schema beside it: under 1,400 characters, halved and more
USUAL_QUESTION_TOKENS, USUAL_SIGHT_TOKENS = 150, 80  # a face or two and a subject, in JSON
MOST_SIGHT_TOKENS = 1_024  # twelve faces, a subject, and the least thinking of any model
FIRST_IDEOGRAPH = 0x2E80
SLOWEST_SIGN_S = 0.7  # a digit or an ideograph stands for a whole syllable or word


@dataclass(frozen=True, slots=True)
class PictureTokens:
    """Tokens of one image model: per size, around the picture, and per reference picture."""

    by_size: dict[str, int]
    usual_text: int
    most_text: int
    per_reference: int


# Sizes: 1,120 tokens at 1K and 2,000 at Pro's 4K are on Google's price page; 2K and 4K of 2.1 are
# derived from resellers' prices. Recorded replies carry 149 to 346 tokens of remainder and, where
# thinking is medium, 150 to 340 of thoughts; asked at minimal, twice their sum cuts no picture
# off. Pro always thinks, nobody recorded how long, so it keeps room.
_PICTURES: dict[str, PictureTokens] = {
    "gemini:gemini-nano-banana-2.1": PictureTokens(
        {"1K": 1120, "2K": 1680, "4K": 3780},
        usual_text=350,
        most_text=MOST_REMAINDER_TOKENS,
        per_reference=1120,
    ),
    "gemini:gemini-3.1-flash-lite-image": PictureTokens(
        {"1K": 1120}, usual_text=270, most_text=MOST_REMAINDER_TOKENS, per_reference=1120
    ),
    "gemini:gemini-3-pro-image": PictureTokens(
        {"1K": 1120, "2K": 1120, "4K": 2000}, usual_text=290, most_text=4096, per_reference=560
    ),
}


def most_units(model_id: str, request: Request) -> Units:
    """Upper bounds by unit, for the reservation."""
    if isinstance(request, TextRequest):
        given = token_bound(_words_of(request))
        return {"input_tokens": given, "output_tokens": request.max_output_tokens}
    if isinstance(request, SightRequest):
        given = SEEN_TOKENS + QUESTION_TOKENS + FRAME_TOKENS
        return {"input_tokens": given, "output_tokens": MOST_SIGHT_TOKENS}
    if isinstance(request, ImageRequest):
        return _picture_units(model_id, request, most=True)
    if model_id.startswith("gemini:"):
        return {
            "input_tokens": token_bound(request.text + request.tone) + FRAME_TOKENS,
            "audio_tokens": most_speech_tokens(request.text),
            "text_tokens": 0,
        }
    return {"characters": billed_characters(request.text)}


def usual_units(model_id: str, request: Request) -> Units:
    """What such a request uses on an ordinary day, for the estimate."""
    if isinstance(request, TextRequest):
        given = FRAME_TOKENS + len(_words_of(request)) // CHARACTERS_PER_TOKEN
        usual = min(USUAL_OUTPUT_TOKENS, request.max_output_tokens)
        return {"input_tokens": given, "output_tokens": usual}
    if isinstance(request, SightRequest):
        given = SEEN_TOKENS + USUAL_QUESTION_TOKENS
        return {"input_tokens": given, "output_tokens": USUAL_SIGHT_TOKENS}
    if isinstance(request, ImageRequest):
        return _picture_units(model_id, request, most=False)
    if model_id.startswith("gemini:"):
        spoken_s = len(request.text) / USUAL_CHARACTERS_PER_S
        return {
            "input_tokens": FRAME_TOKENS + len(request.text) // CHARACTERS_PER_TOKEN,
            "audio_tokens": math.ceil(spoken_s * AUDIO_TOKENS_PER_S),
            "text_tokens": 0,
        }
    return {"characters": len(request.text)}


def picture_tokens(model_id: str, size: str) -> PictureTokens | None:
    """What is known of an image model's tokens at this size, or None."""
    known = _PICTURES.get(model_id)
    return known if known is not None and size in known.by_size else None


def token_bound(text: str) -> int:
    """An upper bound of a text's tokens: half of its ASCII letters and spaces, every other byte."""
    plain = sum(
        character.isascii() and (character.isalpha() or character == " ") for character in text
    )
    return FRAME_TOKENS + math.ceil(plain / 2) + len(text.encode()) - plain


def most_speech_tokens(text: str) -> int:
    """The ceiling of a narration's audio tokens: a slow reader, and two seconds to breathe.

    Letters are counted by script: an ideograph, a kana or a digit is a syllable or a word.
    """
    letters = sum(character.isalpha() and ord(character) < FIRST_IDEOGRAPH for character in text)
    longest_s = 2 + letters * SLOWEST_LETTER_S + (len(text) - letters) * SLOWEST_SIGN_S
    return min(math.ceil(longest_s * AUDIO_TOKENS_PER_S), MOST_AUDIO_TOKENS)


def billed_characters(text: str) -> int:
    """Characters as ElevenLabs counts them at most: an emoji may count as two."""
    return len(text.encode("utf-16-le")) // 2


def _picture_units(model_id: str, request: ImageRequest, *, most: bool) -> Units:
    tokens = picture_tokens(model_id, request.size)
    if tokens is None:
        return {}
    words = token_bound(request.prompt) if most else len(request.prompt) // CHARACTERS_PER_TOKEN
    return {
        "input_tokens": words + tokens.per_reference * len(request.references),
        "image_tokens": tokens.by_size[request.size],
        "text_tokens": tokens.most_text if most else tokens.usual_text,
    }


def _words_of(request: TextRequest) -> str:
    return request.system + request.prompt + json.dumps(request.schema_)

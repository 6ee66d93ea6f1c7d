"""ElevenLabs' forced alignment: when the words of a known text sound in a given recording."""

from __future__ import annotations

import io
import wave
from decimal import Decimal
from email.parser import BytesParser
from email.policy import HTTP

import numpy as np

from simulator import elevenlabs_errors as errors
from simulator.speech import AUDIBLE, speak
from simulator.wire import Answer, Call, Json, Rejected

USD_PER_HOUR = Decimal("0.40")  # assumed: billed by audio time, the real price is unknown
LOSS = 0.12


def read_call(body: bytes, content_type: str) -> Call:
    """Understand a multipart form with `file` (a WAV file) and `text`.

    Raises:
        Rejected: one of the two is missing.
    """
    head = f"Content-Type: {content_type}\r\n\r\n".encode()
    message = BytesParser(policy=HTTP).parsebytes(head + body)
    found: dict[str, bytes] = {}
    for part in message.iter_parts() if message.is_multipart() else ():
        name = part.get_param("name", header="content-disposition")
        found[str(name)] = bytes(part.get_payload(decode=True) or b"")
    for name in ("file", "text"):
        if not found.get(name):
            raise Rejected(errors.validation(name, "Field required"))
    text = found["text"].decode(errors="replace")
    return Call("elevenlabs", "alignment", "forced_alignment", {"file": found["file"]}, text)


async def align(call: Call) -> Answer:
    """Speak the text, and stretch the times of that onto the sound of the file.

    Raises:
        Rejected: the file is not 16-bit PCM WAV.
    """
    begin_s, end_s, seconds = _heard(call.body["file"])
    spoken = await speak(call.text, "", 1.0, "", 22_050)
    scale = (end_s - begin_s) / spoken.seconds
    times = [(begin_s + a * scale, begin_s + b * scale) for a, b in spoken.spans_s]
    rows = [
        {"text": letter, "start": round(a, 3), "end": round(b, 3)}
        for letter, (a, b) in zip(call.text, times, strict=True)
    ]
    reply: Json = {"characters": rows, "words": _words(call.text, times), "loss": LOSS}
    usd = USD_PER_HOUR / 3600 * Decimal(str(round(seconds, 3)))
    return Answer(reply, units={"milliseconds": round(seconds * 1000)}, usd=usd)


def _heard(file: bytes) -> tuple[float, float, float]:
    """Where the sound begins and ends, and how long the file is, in seconds."""
    try:
        with wave.open(io.BytesIO(file)) as sound:
            rate_hz, channels = sound.getframerate(), sound.getnchannels()
            samples = np.frombuffer(sound.readframes(sound.getnframes()), "<i2")[::channels]
    except (wave.Error, EOFError, ValueError):
        message = "The simulator aligns 16-bit PCM WAV files only."
        raise errors.rejected("invalid_audio", message) from None
    loud = np.flatnonzero(np.abs(samples.astype(np.int32)) > AUDIBLE)
    if not loud.size:
        raise errors.rejected("invalid_audio", "No speech was found in the audio.")
    return float(loud[0]) / rate_hz, float(loud[-1]) / rate_hz, len(samples) / rate_hz


def _words(text: str, times: list[tuple[float, float]]) -> list[Json]:
    words: list[Json] = []
    at = 0
    for token in text.split():
        first = text.index(token, at)
        at = first + len(token)
        start, end = round(times[first][0], 3), round(times[at - 1][1], 3)
        words.append({"text": token, "start": start, "end": end, "loss": LOSS})
    return words

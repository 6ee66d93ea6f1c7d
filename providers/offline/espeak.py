"""The binding to espeak-ng: text in, samples and the sample at which each word starts out."""

from __future__ import annotations

import ctypes as c
import tempfile
import threading
from _ctypes import dlclose
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import espeakng_loader
import numpy as np
from numpy.typing import NDArray

from shortfactory.errors import ConfigurationError, ProviderError

RATE_HZ = 22_050
LONGEST_DATA_PATH = 140  # espeak-ng 1.52 keeps 160 characters and adds file names to them

# speak_lib.h of espeak-ng 1.52
_SYNCHRONOUS, _NEVER_EXIT = 2, 0x8000
_UTF8, _CHARACTERS = 1, 1
_END_OF_LIST, _WORD = 0, 1
_SPEED, _VOLUME, _PITCH, _PITCH_RANGE = 1, 2, 3, 4

# Listed by the wheel without a dictionary (or, under mb/, without MBROLA): silent.
_WITHOUT_DATA = ("gmq/fo", "trk/kaa", "art/xex")


class _EventId(c.Union):
    _fields_ = (("number", c.c_int), ("name", c.c_char_p), ("string", c.c_char * 8))


class _Event(c.Structure):
    _fields_ = (
        ("type", c.c_int),
        ("unique_identifier", c.c_uint),
        ("text_position", c.c_int),
        ("length", c.c_int),
        ("audio_position", c.c_int),
        ("sample", c.c_int),
        ("user_data", c.c_void_p),
        ("id", _EventId),
    )


class _Voice(c.Structure):
    _fields_ = (
        ("name", c.c_char_p),
        ("languages", c.c_void_p),
        ("identifier", c.c_char_p),
        ("gender", c.c_ubyte),
        ("age", c.c_ubyte),
        ("variant", c.c_ubyte),
        ("reserved", c.c_ubyte),
        ("score", c.c_int),
        ("spare", c.c_void_p),
    )


_OnSound = c.CFUNCTYPE(c.c_int, c.c_void_p, c.c_int, c.POINTER(_Event))
_one_at_a_time = threading.Lock()


class WordMark(NamedTuple):
    """Where a word begins: the character of the text, and the sample of the sound."""

    character: int
    sample: int


@dataclass(frozen=True)
class Sound:
    """Mono samples (int16, shape (n,), 22,050 Hz) and the words in them, in order."""

    samples: NDArray[np.int16]
    words: tuple[WordMark, ...]


@dataclass(frozen=True)
class Timbre:
    """How espeak-ng sounds: a `!v` variant, words a minute, and 0..100 for the rest."""

    variant: str
    words_per_minute: int
    pitch: int = 50
    pitch_range: int = 50
    volume: int = 100


def speak(text: str, language: str, timbre: Timbre) -> Sound:
    """Speak the text. The same arguments give the same samples, in any order of calls.

    `language` is a name from `languages()`. Raises ProviderError when espeak-ng refuses the
    voice, and ConfigurationError when its library or its data cannot be loaded.
    """
    voice = languages()[language].voice
    chunks: list[bytes] = []
    marks: list[WordMark] = []

    def on_sound(samples: int | None, count: int, events: Any) -> int:
        marks.extend(_word_marks(events))
        if samples and count:
            chunks.append(c.string_at(samples, count * 2))
        return 0

    with _engine() as engine:
        listener = _OnSound(on_sound)
        engine.espeak_SetSynthCallback(listener)
        _set_timbre(engine, voice, timbre)
        data = text.encode() + b"\0"
        _demand(engine.espeak_Synth(data, len(data), 0, _CHARACTERS, 0, _UTF8, None, None))
        _demand(engine.espeak_Synchronize())
    return Sound(np.frombuffer(b"".join(chunks), np.int16), tuple(marks))


class Language(NamedTuple):
    """What people call a language, and espeak-ng's own name for its voice file."""

    label: str
    voice: str


@lru_cache(maxsize=1)
def languages() -> dict[str, Language]:
    """Every language the wheel can speak, by its tag in lower case ("en-us")."""
    with _engine() as engine:
        engine.espeak_ListVoices.restype = c.POINTER(c.POINTER(_Voice))
        listed = _pointed(engine.espeak_ListVoices(None))
        ranked = [entry for voice in listed for entry in _entries(voice)]
    # A tag may have several voices; the lowest byte is espeak-ng's preference.
    return {tag: language for tag, _, language in sorted(ranked, key=lambda e: (e[0], -e[1]))}


@lru_cache(maxsize=1)
def variants() -> tuple[str, ...]:
    """The names of the voice variants (`!v`) in the wheel."""
    folder = Path(espeakng_loader.get_data_path()) / "voices" / "!v"
    return tuple(sorted(path.name for path in folder.iterdir()))


@contextmanager
def _engine() -> Generator[c.CDLL]:
    # Oscillator and noise state outlive espeak_Terminate, so the same words would sound a
    # little different after other words. A freshly loaded library (3 ms) begins at zero.
    with _one_at_a_time, _data_folder() as folder:
        try:
            engine = c.CDLL(espeakng_loader.get_library_path())
        except OSError as error:
            raise _not_installed(str(error)) from error
        try:
            rate_hz = engine.espeak_Initialize(_SYNCHRONOUS, 0, folder.encode(), _NEVER_EXIT)
            if rate_hz != RATE_HZ:
                raise _not_installed(f"no voice data in {folder}")
            # Breath is noise, which starting seeds with the clock: other samples each second.
            engine.espeak_ng_SetRandSeed(c.c_long(1))
            yield engine
        finally:
            engine.espeak_Terminate()
            dlclose(engine._handle)


@contextmanager
def _data_folder() -> Generator[str]:
    folder = espeakng_loader.get_data_path()
    if len(folder.encode()) <= LONGEST_DATA_PATH:
        yield folder
        return
    with tempfile.TemporaryDirectory(prefix="espeak-") as short:
        link = Path(short) / "espeak-ng-data"
        link.symlink_to(folder, target_is_directory=True)
        yield str(link)


def _not_installed(reason: str) -> ConfigurationError:
    return ConfigurationError(
        f"espeak-ng, the offline voice, cannot start: {reason}.",
        cure="Install it again: pip install --force-reinstall espeakng-loader",
    )


def _set_timbre(engine: c.CDLL, voice: str, timbre: Timbre) -> None:
    name = f"{voice}+{timbre.variant}" if timbre.variant else voice
    if engine.espeak_SetVoiceByName(name.encode()):
        raise ProviderError(f"espeak-ng has no voice {name!r}.", provider="offline")
    settings = {
        _SPEED: timbre.words_per_minute,
        _VOLUME: timbre.volume,
        _PITCH: timbre.pitch,
        _PITCH_RANGE: timbre.pitch_range,
    }
    for parameter, value in settings.items():
        _demand(engine.espeak_SetParameter(parameter, value, 0))


def _demand(code: int) -> None:
    if code:
        raise ProviderError(f"espeak-ng failed with code {code}.", provider="offline")


def _word_marks(events: Any) -> Iterator[WordMark]:
    for event in _until(events, lambda event: event.type == _END_OF_LIST):
        if event.type == _WORD:
            yield WordMark(event.text_position - 1, event.sample)


def _pointed(voices: Any) -> Iterator[Any]:
    return (pointer.contents for pointer in _until(voices, lambda pointer: not pointer))


def _until(array: Any, ends: Callable[[Any], bool]) -> Iterator[Any]:
    index = 0
    while not ends(array[index]):
        yield array[index]
        index += 1


def _entries(voice: Any) -> Iterator[tuple[str, int, Language]]:
    """Walk the list of (priority byte, tag, NUL), which a zero byte ends."""
    identifier = voice.identifier.decode()
    if identifier.startswith("mb/") or identifier in _WITHOUT_DATA:
        return
    language = Language(voice.name.decode().replace("_", " ").strip(), identifier)
    address = voice.languages
    while (priority := c.string_at(address, 1)[0]) != 0:
        tag = c.string_at(address + 1)
        yield tag.decode().lower(), priority, language
        address += len(tag) + 2

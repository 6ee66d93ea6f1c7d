"""The espeak-ng binding: repeatable samples, languages, and a data folder with a long path."""

import time
from concurrent.futures import ThreadPoolExecutor

import espeakng_loader
import pytest

from providers.offline import espeak
from providers.offline.espeak import Timbre
from providers.offline.voice import NARRATOR
from shortfactory.errors import ConfigurationError


def speak(text, language="en-us"):
    return espeak.speak(text, language, NARRATOR).samples.tobytes()


def test_the_same_words_sound_the_same_whatever_was_said_before():
    first = speak("The bees dance.")
    speak("Quelque chose d'autre, plus longue.", "fr-fr")
    assert speak("The bees dance.") == first


def test_breath_is_the_same_noise_a_second_later():
    def breathed():
        return espeak.speak("The bees dance.", "en-us", Timbre("f2", 165)).samples.tobytes()

    first, second = breathed(), int(time.time())
    while int(time.time()) == second:
        assert breathed() == first
    assert breathed() == first


def test_threads_take_turns():
    alone = [speak(f"Bee number {n}.") for n in range(6)]
    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(lambda n: speak(f"Bee number {n}."), range(6))) == alone


def test_words_are_marked_by_character_beyond_the_basic_plane():
    words = espeak.speak("𝒜 né bee", "en-us", NARRATOR).words
    assert [word.character for word in words][-2:] == [2, 5]


def test_languages_come_from_the_wheel_without_mbrola():
    known = espeak.languages()
    assert {"en-us", "de", "fr-fr", "hi", "ar", "cmn", "ja", "ko", "th", "sw"} <= set(known)
    assert known["pt-br"].label == "Portuguese (Brazil)"
    assert not any(entry.voice.startswith("mb/") for entry in known.values())


@pytest.mark.parametrize("language", sorted(espeak.languages()))
def test_every_listed_language_speaks(language):
    assert len(speak("a b c 1 2 3", language)) > 2000


def test_a_long_install_path_is_shortened_for_espeak(tmp_path, monkeypatch):
    folder = tmp_path.joinpath(*["a-rather-long-folder-name"] * 8)
    folder.mkdir(parents=True)
    (folder / "espeak-ng-data").symlink_to(espeakng_loader.get_data_path())
    expected = speak("Bees.")
    monkeypatch.setattr(espeakng_loader, "get_data_path", lambda: str(folder / "espeak-ng-data"))
    assert speak("Bees.") == expected


def test_missing_data_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setattr(espeakng_loader, "get_data_path", lambda: str(tmp_path / "nothing"))
    with pytest.raises(ConfigurationError, match="pip install --force-reinstall espeakng-loader"):
        speak("Bees.")


def test_the_lock_is_free_after_a_failure(monkeypatch):
    monkeypatch.setattr(espeak, "RATE_HZ", 1)
    with pytest.raises(ConfigurationError):
        speak("Bees.")
    monkeypatch.undo()
    assert speak("Bees.")

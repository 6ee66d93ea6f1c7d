"""Somebody's own music: what is refused before anything is paid, and what is taken."""

import wave

import numpy as np
import pytest

from media.own_music import check_music
from shortfactory.errors import InvalidInput


@pytest.fixture
def song(tmp_path):
    """A WAV of so many seconds at a level of full scale."""

    def write(long_s, level=0.3, rate_hz=22_050):
        at = np.arange(round(long_s * rate_hz)) / rate_hz
        path = tmp_path / "song.wav"
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(rate_hz)
            file.writeframes((np.sin(2 * np.pi * 330 * at) * level * 32_767).astype("<i2"))
        return path

    return write


@pytest.mark.parametrize("long_s", [1.0, 3.5, 200])
def test_music_of_any_length_is_taken(song, long_s):
    check_music(song(long_s))


@pytest.mark.parametrize(
    ("long_s", "level", "why"), [(0.4, 0.3, "less than a second"), (3, 0, "nothing can be heard")]
)
def test_music_that_cannot_carry_a_film_is_refused(song, long_s, level, why):
    with pytest.raises(InvalidInput, match=why):
        check_music(song(long_s, level))


@pytest.mark.parametrize("content", [b"", b"ID3 but nothing else", b"\x00" * 5_000])
def test_a_file_that_is_no_sound_is_refused(tmp_path, content):
    (tmp_path / "a.mp3").write_bytes(content)
    with pytest.raises(InvalidInput, match="Give a WAV, MP3"):
        check_music(tmp_path / "a.mp3")


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    for path in (tmp_path / "none.mp3", tmp_path):
        with pytest.raises(InvalidInput, match="no such file"):
            check_music(path)


PLAYLISTS = {
    "a.ffconcat": "ffconcat version 1.0\nfile song.wav\n",
    "a.mp3": "ffconcat version 1.0\nfile song.wav\n",
    "a.m3u8": "#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:2.0,\nsong.wav\n#EXT-X-ENDLIST\n",
}


@pytest.mark.parametrize("name", PLAYLISTS)
def test_a_playlist_leads_to_no_other_file(song, tmp_path, name):
    song(3)
    (tmp_path / name).write_text(PLAYLISTS[name])
    with pytest.raises(InvalidInput, match="Give a WAV, MP3"):
        check_music(tmp_path / name)

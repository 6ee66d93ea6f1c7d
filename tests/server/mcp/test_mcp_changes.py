"""What agents can do with a finished film, and with music of their own."""

import wave

import numpy as np
import pytest

from bench.unfilmed import Unfilmed

TINY = {"providers": "offline", "seconds": 5, "scenes": 1, "approve": "auto"}
GERMAN = "# Warum Bienen tanzen\n\n## Eins\n\nEine Biene kommt heim und tanzt.\n"


@pytest.fixture(autouse=True)
def no_frames(monkeypatch):
    """Everything is real but the frames."""
    monkeypatch.setattr("graph.line.RenderDoor", lambda *_: Unfilmed(1))


@pytest.fixture
def song(tmp_path):
    """Two seconds of one tone."""
    path = tmp_path / "song.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 24_000, 0, "NONE", ""))
        file.writeframes((np.sin(np.arange(48_000) / 12) * 9_000).astype("<i2").tobytes())
    return str(path)


@pytest.mark.slow
async def test_a_film_with_own_music_is_spoken_in_german_and_restored(
    own_client, ask, until, script, song
):
    async with own_client() as client:
        order = {"script": script, **TINY, "handoff": True, "made_for_kids": True}
        music = {"file": song, "licence": "own recording"}
        short = await ask(client, "create_short", short=order, music=music)
        done = await until(client, short["id"], "done")
        assert "handoff.zip" in done["files"]
        await ask(
            client, "reroll_short", id=short["id"], change={"language": "de", "script": GERMAN}
        )
        assert (await until(client, short["id"], "done"))["title"] == "Warum Bienen tanzen"
        old, new = (await ask(client, "list_versions", id=short["id"]))["versions"]
        assert (old["current"], new["current"], new["language"]) == (False, True, "de")
        assert "narrate scene 1" in new["took"]
        assert "illustrate scene 1" not in new["took"]
        back = await ask(client, "restore_short", id=short["id"], version=1)
    assert (back["status"], back["title"]) == ("done", "Why bees dance")


async def test_music_is_refused_before_anything_is_made(own_client, ask, script, song):
    async with own_client() as client:
        for file, licence, says in (
            (song, "", "music licence"),
            (f"{song}.mp3", "own", "music"),
            ("\0", "own", "music"),
        ):
            order = {"short": {"script": script, **TINY}}
            music = {"file": file, "licence": licence}
            refused = await client.call_tool("create_short", {**order, "music": music})
            assert refused.is_error
            assert says in refused.content[0].text
        assert (await ask(client, "list_shorts"))["shorts"] == []

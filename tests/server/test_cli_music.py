"""Own music on the command line: what is refused before anything begins."""

import pytest


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--music", "none.wav", "--music-licence", "own"], "music 'none.wav' cannot be used"),
        (["--music", ".", "--music-licence", "own"], "there is no such file"),
        (["--music", "none.wav"], "The music none.wav has no licence. Note what allows its use"),
        (["--music-licence", "CC BY 4.0"], "a music licence, but no music"),
        (["--music", "a.wav", "--music-licence", "l" * 501], "cannot be used"),
    ],
)
def test_music_that_cannot_be_taken_is_refused(shortfactory, arguments, message):
    result = shortfactory("make", "Why bees dance", *arguments)
    assert result.code == 2, result
    assert message in " ".join(result.err.split())

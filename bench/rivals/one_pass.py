"""The best that moviepy can do: one pass, word captions, `veryfast` at crf 20.

Runs in an environment of its own: `python one_pass.py film.json out.mp4 [lossless]`.
"""

import json
import sys
from pathlib import Path

from moviepy import AudioFileClip, CompositeVideoClip, ImageClip, TextClip, vfx

SIZE, RATE, FADE_S = (1080, 1920), 30, 0.5


def scene(picture: str, start_s: float, long_s: float) -> CompositeVideoClip:
    """One still that covers the frame and grows; it fades in over the one before."""
    still = ImageClip(picture).with_duration(long_s + FADE_S)
    cover = max(SIZE[0] / still.w, SIZE[1] / still.h)
    moving = still.resized(lambda at: cover * (1.06 + 0.14 * at / long_s)).with_position("center")
    placed = CompositeVideoClip([moving], size=SIZE).with_start(start_s)
    return placed.with_effects([vfx.CrossFadeIn(FADE_S)]) if start_s else placed


def caption(word: dict, font: str) -> TextClip:
    """One word, outlined, for as long as it is spoken."""
    text = TextClip(
        font=font,
        text=word["text"],
        font_size=88,
        color="white",
        stroke_color="black",
        stroke_width=6,
        margin=(20, 20),
    )
    return (
        text.with_start(word["start_s"])
        .with_duration(word["end_s"] - word["start_s"])
        .with_position(("center", 1150))
    )


def main() -> None:
    """Compose and write in one pass."""
    film = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    keeping = ["-qp", "0"] if sys.argv[3:] == ["lossless"] else ["-crf", "20"]
    long_s = film["scene_s"]
    layers = [scene(path, at * long_s, long_s) for at, path in enumerate(film["pictures"])]
    layers += [caption(word, film["font"]) for word in film["words"]]
    whole = CompositeVideoClip(layers, size=SIZE).with_duration(film["long_s"])
    whole.with_audio(AudioFileClip(film["voice"])).write_videofile(
        sys.argv[2],
        fps=RATE,
        codec="libx264",
        audio_codec="aac",
        preset="veryfast",
        ffmpeg_params=[*keeping, "-pix_fmt", "yuv420p"],
        temp_audiofile_path=str(Path(sys.argv[2]).parent),
        logger=None,
    )


if __name__ == "__main__":
    main()

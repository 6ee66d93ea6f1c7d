"""The path of the most used short-video generator: four encodes at moviepy's default, `medium`.

Every picture becomes a clip; every clip is fitted to the frame and written again; the clips are
joined and written again; phrase subtitles and the voice are laid over and everything is written
once more. Written from that path's description. Where the original joins clips one by one,
writing all that came before each time, this joins them at once, which favours it.

Runs in an environment of its own: `python four_passes.py film.json out.mp4 [lossless]`.
"""

import json
import sys
from pathlib import Path

from moviepy import (
    AudioFileClip,
    CompositeVideoClip,
    ImageClip,
    TextClip,
    VideoClip,
    VideoFileClip,
    concatenate_videoclips,
    vfx,
)

SIZE, RATE = (1080, 1920), 30
KEEPING = ["-qp", "0"] if sys.argv[3:] == ["lossless"] else []


def write(clip: VideoClip, out: Path) -> Path:
    """Encode with the defaults, or losing nothing in any pass."""
    sound = {"audio_codec": "aac", "logger": None, "temp_audiofile_path": str(out.parent)}
    clip.write_videofile(str(out), fps=RATE, ffmpeg_params=KEEPING, **sound)
    return out


def first_pass(picture: str, long_s: float, out: Path) -> Path:
    """A still that grows by three hundredths a second."""
    still = ImageClip(picture).with_duration(long_s).with_position("center")
    moving = still.resized(lambda at: 1 + 0.03 * at)
    return write(CompositeVideoClip([moving]), out)


def second_pass(clip: Path, out: Path) -> Path:
    """Fit the clip to the frame and fade it in."""
    source = VideoFileClip(str(clip))
    fitted = source.resized(max(SIZE[0] / source.w, SIZE[1] / source.h)).with_position("center")
    faded = CompositeVideoClip([fitted], size=SIZE).with_effects([vfx.FadeIn(0.5)])
    return write(faded, out)


def subtitles(film: dict) -> list[TextClip]:
    """One clip of text for every five words."""
    found = []
    for at in range(0, len(film["words"]), 5):
        words = film["words"][at : at + 5]
        text = TextClip(
            font=film["font"],
            text=" ".join(word["text"] for word in words),
            font_size=60,
            color="white",
            stroke_color="black",
            stroke_width=2,
            method="caption",
            size=(972, None),
        )
        start_s, end_s = words[0]["start_s"], words[-1]["end_s"]
        placed = text.with_start(start_s).with_duration(end_s - start_s)
        found.append(placed.with_position(("center", 1500)))
    return found


def main() -> None:
    """Make the film in four passes."""
    film = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    out = Path(sys.argv[2])
    parts = []
    for at, picture in enumerate(film["pictures"]):
        clip = first_pass(picture, film["scene_s"], out.with_name(f"still-{at}.mp4"))
        parts.append(second_pass(clip, out.with_name(f"fitted-{at}.mp4")))
    joined = concatenate_videoclips([VideoFileClip(str(part)) for part in parts])
    third = write(joined, out.with_name("joined.mp4"))
    layers = [VideoFileClip(str(third)), *subtitles(film)]
    voice = AudioFileClip(film["voice"])
    write(CompositeVideoClip(layers, size=SIZE).with_audio(voice), out)


if __name__ == "__main__":
    main()

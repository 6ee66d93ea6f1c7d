"""Clean shorts that the film's own test must pass: `python -m bench.clean [--only N ...]`.

Twenty scripts (bench/clean_films.toml): every style twice, in 17 languages and four shapes,
drawn and spoken by the offline providers and rendered whole, as the product does it. Pictures,
narrations and encoded films go through the tests of a real run; every finding is printed. A
finding here is a false alarm or a real fault of the program: there should be none.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
import tomllib
import wave
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import cast

from media.made import Film
from media.render import RenderDoor
from media.report import Finding, Report
from media.style import load
from media.timeline import Frame, Take
from nodes.quality_check import expected_of
from providers.offline.illustrator import OfflineIllustrator
from providers.offline.script_file import parse_script
from providers.offline.voice import OfflineVoice
from providers.ports import Aspect, ImageRequest, VoiceRequest
from shortfactory.story import Plain, Scene, Script, Topic

FILMS = Path(__file__).with_name("clean_films.toml")


class Order(Plain):
    """One film to make: a style, a shape, and a script in the form of docs/script-form.md."""

    style: str
    aspect: Aspect
    script: str


async def drawn(scene: Scene, order: Order, folder: Path) -> Path:
    """The offline illustrator's picture of a scene."""
    style = load(order.style)
    request = ImageRequest(
        prompt=scene.picture, subject=scene.picture, keyword=scene.keyword, aspect=order.aspect,
        palette=style.palette, look=style.finish,
    )  # fmt: skip
    path = folder / f"{scene.number}.jpg"
    path.write_bytes((await OfflineIllustrator().draw(request, ())).data)
    return path


async def spoken(scene: Scene, script: Script, picture: Path) -> Take:
    """A scene with its narration beside its picture."""
    request = VoiceRequest(text=scene.narration, language=script.language)
    reply = await OfflineVoice().speak(request)
    voice = picture.with_suffix(".wav")
    with wave.open(str(voice), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(reply.rate_hz)
        file.writeframes(reply.pcm)
    return Take(
        number=scene.number, kind=scene.kind, picture=picture, voice=voice,
        voice_ms=len(reply.pcm) // 2 * 1000 // reply.rate_hz, text=scene.narration,
        words=reply.words, keyword=scene.keyword, language=script.language,
    )  # fmt: skip


async def filmed(
    takes: tuple[Take, ...], order: Order, frame: Frame, door: RenderDoor, out: Path
) -> Film:
    """All segments, then the film."""
    segments = tuple(out.with_name(f"{take.number}.mp4") for take in takes)
    for take, path in zip(takes, segments, strict=True):
        await door.segment(take, order.style, frame, path)
    return await door.film(takes, segments, order.style, frame, out)


async def tested(order: Order, door: RenderDoor, out: Path) -> tuple[Report, list[Finding]]:
    """Make one film; returns its report, and the findings of its pictures and narrations."""
    frame = Frame.of_aspect(order.aspect)
    script = parse_script(order.script.strip(), Topic())
    takes = tuple(
        [
            await spoken(scene, script, await drawn(scene, order, out.parent))
            for scene in script.scenes
        ]
    )
    before: list[Finding] = []
    for take in takes:
        before += await door.check_picture(take.picture, frame)
        before += await door.check_voice(take.voice, take.text, take.words)
    film = await filmed(takes, order, frame, door, out)
    return await door.report(out, expected_of(film, frame, load(order.style))), before


def orders() -> tuple[Order, ...]:
    """The films to make, in the file's order."""
    listed = cast(list[object], tomllib.loads(FILMS.read_text("utf-8"))["film"])
    return tuple(Order.model_validate(each) for each in listed)


def told(number: int, order: Order, report: Report, findings: list[Finding]) -> None:
    """Print a film's line, and one for each finding."""
    language = parse_script(order.script.strip(), Topic()).language
    about = {name: report.measurements.get(name) for name in MEASURES}
    numbers = "  ".join(f"{name} {value}" for name, value in about.items())
    print(f"{number:2} {order.style:<10} {order.aspect:<5} {language:<3} {numbers}", flush=True)
    for finding in findings:
        where = f"{finding.measured} against {finding.limit}"
        print(f"   {finding.severity} {finding.check}: {finding.message} ({where})", flush=True)


MEASURES = (
    "duration_ms", "caption_contrast", "likeness", "longest_still_s", "onset_error_ms",
    "loudness_lufs", "true_peak_dbtp",
)  # fmt: skip


async def sweep(only: list[int], keep: Path | None) -> Counter[str]:
    """Make and test the films; returns how often each check found something."""
    found: Counter[str] = Counter()
    door = RenderDoor(1)
    try:
        for number, order in enumerate(orders(), 1):
            if only and number not in only:
                continue
            with TemporaryDirectory() as place:
                out = Path(place) / "film.mp4"
                report, before = await tested(order, door, out)
                if keep:
                    out.rename(keep / f"{number:02}-{order.style}.mp4")
            findings = [*before, *report.findings]
            told(number, order, report, findings)
            found.update(finding.check for finding in findings)
    finally:
        door.close()
    return found


def main() -> None:
    """Print every film's measures and findings; exit 1 where there is a finding."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", type=int, nargs="*", default=[], help="numbers of films")
    parser.add_argument("--keep", type=Path, help="a folder to move the films to")
    given = parser.parse_args()
    began_s = time.monotonic()
    found = asyncio.run(sweep(given.only, given.keep))
    print(f"{sum(found.values())} findings {dict(found)} in {time.monotonic() - began_s:.0f} s")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()

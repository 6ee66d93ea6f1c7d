"""Two versions of a film side by side: which files, scenes and words differ."""

from __future__ import annotations

from difflib import unified_diff

from graph.short import SceneView
from graph.versions import Version
from providers.offline.script_file import script_markdown
from shortfactory.change import Half
from shortfactory.story import Plain


class SceneDifference(Plain):
    """What of one scene is not the same."""

    number: int
    halves: tuple[Half, ...]
    segment: bool


class Comparison(Plain):
    """What differs from the version `old` to the version `new`. `script_diff` is a unified diff."""

    old: int
    new: int
    files: tuple[str, ...]
    scenes: tuple[SceneDifference, ...]
    script_diff: str


def compare(old: Version, new: Version) -> Comparison:
    """Hold two versions against each other, by hash and by word."""
    names = sorted({*old.package, *new.package})
    differing = (_scene(a, b) for a, b in zip(old.scenes, new.scenes, strict=True))
    return Comparison(
        old=old.version,
        new=new.version,
        files=tuple(n for n in names if old.package.get(n) != new.package.get(n)),
        scenes=tuple(scene for scene in differing if scene.halves or scene.segment),
        script_diff=_diff(old, new),
    )


def _scene(old: SceneView, new: SceneView) -> SceneDifference:
    halves: list[Half] = []
    if old.picture != new.picture:
        halves.append("picture")
    if old.narration != new.narration:
        halves.append("voice")
    segment = old.segment != new.segment
    return SceneDifference(number=old.number, halves=tuple(halves), segment=segment)


def _diff(old: Version, new: Version) -> str:
    before, after = (
        script_markdown(version.script).splitlines(keepends=True) for version in (old, new)
    )
    names = (f"version {old.version}", f"version {new.version}")
    return "".join(unified_diff(before, after, *names))

"""A script in the Markdown form that people write and edit."""

from __future__ import annotations

import re

from shortfactory.story import Scene, Script

NOTHING = "-"  # what stands for an empty value

_SIGNS = re.compile(r"[\\`*_\[\]<]|&(?=#?\w+;)|~(?=~)")
# What would begin a heading, quote, list, rule, code fence or label.
_OPENING = re.compile(
    r"(?:#+(?=\s|$)|>|[-+](?=\s|$)|-{2,}|={2,}|~{3,})|(?P<number>\d{1,9})(?P<dot>[.)])(?=\s|$)"
    r"|(?P<label>picture|keyword|characters|narration)(?P<colon>[ \t]*:)",
    re.IGNORECASE,
)


def script_markdown(script: Script) -> str:
    """Write the script in the form of docs/script-form.md; reading it gives the script again.

    White space in texts becomes single blanks, as reading does.
    """
    settings = {
        "language": script.language,
        "description": " ".join(script.description.split()) or NOTHING,
        "hashtags": " ".join(f"#{tag}" for tag in script.hashtags) or NOTHING,
    }
    blocks = [
        "\n".join(["---", *(f"{name}: {value}" for name, value in settings.items()), "---"]),
        f"# {_inline(script.title)}",
        *map(_scene, script.scenes),
        *_list("Characters", [_paragraph(f"{c.name}: {c.looks}") for c in script.characters]),
        *_list("Sources", [_paragraph(source) for source in script.sources]),
    ]
    return "\n\n".join(blocks) + "\n"


def _scene(scene: Scene) -> str:
    blocks = [
        f"## Scene {scene.number} ({scene.kind})",
        _paragraph(scene.narration),
        f"> {_paragraph(scene.picture)}",
        f"Keyword: {_inline(scene.keyword) or NOTHING}",
        *([f"Characters: {_inline(', '.join(scene.characters))}"] if scene.characters else []),
    ]
    return "\n\n".join(blocks)


def _list(name: str, rows: list[str]) -> list[str]:
    return [f"## {name}\n\n" + "\n".join(f"- {row}" for row in rows)] if rows else []


def _inline(text: str) -> str:
    return _SIGNS.sub(lambda sign: f"\\{sign[0]}", " ".join(text.split()))


def _paragraph(text: str) -> str:
    escaped = _inline(text)
    opening = _OPENING.match(escaped)
    if not opening:
        return escaped
    rest = escaped[opening.end() :]
    if opening["number"]:
        return f"{opening['number']}\\{opening['dot']}{rest}"
    if opening["label"]:
        return f"{opening['label']}{opening['colon'].replace(':', chr(92) + ':')}{rest}"
    return f"\\{opening[0]}{rest}"

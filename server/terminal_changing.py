"""The commands for a finished film: names, arguments and help. They are in `server.commands`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from server.failures import call
from server.wish import Different

CHANGING = "Change a finished film"

app = typer.Typer()

ShortId = Annotated[str, typer.Argument(metavar="ID", help="The short's id, or how it begins.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Out = Annotated[
    Path | None, typer.Option(metavar="DIR", help="Where the package goes. [where it went before]")
]


@app.command(rich_help_panel=CHANGING)
def reroll(
    id: ShortId,
    scene: Annotated[int | None, typer.Option(metavar="N", help="The scene to change.")] = None,
    prompt: Annotated[
        str | None, typer.Option(metavar="TEXT", help="What its picture shall show instead.")
    ] = None,
    narration: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Its new words, spoken anew.")
    ] = None,
    again: Annotated[
        str | None,
        typer.Option(metavar="HALF", help="Another take of its picture or voice. [picture]"),
    ] = None,
    voice: Annotated[
        str | None, typer.Option(metavar="NAME", help="Another voice for the whole film.")
    ] = None,
    language: Annotated[
        str | None, typer.Option(metavar="CODE", help="Another language over the same pictures.")
    ] = None,
    script: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The script in that language, if you have it."),
    ] = None,
    effects: Annotated[
        str | None,
        typer.Option(metavar="HOW", help="Sounds at transitions: on, off, or auto by the style."),
    ] = None,
    budget: Annotated[
        str | None, typer.Option(metavar="USD", help="The most the short may cost in all.")
    ] = None,
    out: Out = None,
    json: Json = False,
) -> None:
    """Make a scene's picture or words again, or the film in another voice, language or mix."""
    wish = Different(scene, prompt, narration, again, voice, language, script, effects)
    call("change:reroll", json, id, wish, budget, out)


@app.command(rich_help_panel=CHANGING)
def versions(
    id: ShortId,
    compare: Annotated[
        tuple[int, int] | None,
        typer.Option(metavar="OLD NEW", help="Show what differs between two versions."),
    ] = None,
    json: Json = False,
) -> None:
    """List the films a short has been, what changed, and what each change cost."""
    call("change:versions", json, id, compare)


@app.command(rich_help_panel=CHANGING)
def restore(
    id: ShortId,
    version: Annotated[int, typer.Option(metavar="N", help="Which version; see versions.")],
    out: Out = None,
    json: Json = False,
) -> None:
    """Go back to an earlier film; nothing is made or paid again."""
    call("change:restore", json, id, version, out)

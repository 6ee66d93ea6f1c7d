"""Every command's name, arguments and help. What it does is in `server.commands`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from server.failures import call, show_tracebacks
from server.terminal_changing import app as changing
from server.terminal_service import app as service
from server.wish import Wish

app = typer.Typer(
    name="shortfactory",
    help="A topic in, an upload-ready vertical short video out.",
    epilog="Exit codes: 0 done, 2 wrong use or configuration, 3 waiting for a person or money, "
    "4 failed, 130 interrupted.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

MAKING, DECIDING, LOOKING, SETUP = "Make", "Decide", "Look", "Set up"

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
ShortId = Annotated[str, typer.Argument(metavar="ID", help="The short's id, or how it begins.")]
Out = Annotated[
    Path | None, typer.Option(metavar="DIR", help="Where the package goes. [./shorts/NAME-ID]")
]
TopicText = Annotated[str, typer.Argument(metavar="TOPIC", help="What the short is about.")]
ScriptFile = Annotated[
    Path | None, typer.Option("--script", metavar="FILE", help="A finished script in Markdown.")
]
SourceFile = Annotated[
    Path | None, typer.Option("--source", metavar="FILE", help="An article to make it from.")
]
Language = Annotated[str, typer.Option(help="The narration's language, like en or de.")]
Seconds = Annotated[float, typer.Option(help="How long the film shall be.")]
Scenes = Annotated[int, typer.Option(help="How many scenes.")]
Style = Annotated[str, typer.Option(metavar="NAME", help="The look: pictures, motion, captions.")]
Providers = Annotated[
    str | None,
    typer.Option(metavar="KIND", help="live, offline or simulator. [live when keys are set]"),
]
Budget = Annotated[
    str | None, typer.Option(metavar="USD", help="The most it may cost, in dollars. [0.25]")
]
Music = Annotated[
    Path | None,
    typer.Option("--music", metavar="FILE", help="Your own music, instead of a composed bed."),
]
Licence = Annotated[
    str, typer.Option("--music-licence", metavar="TEXT", help="What allows the music's use.")
]
Effects = Annotated[
    str, typer.Option(metavar="HOW", help="Sounds at transitions: on, off, or auto by the style.")
]
Kids = Annotated[bool, typer.Option("--made-for-kids", help="Say so to the platforms.")]
Handoff = Annotated[
    bool, typer.Option("--handoff", help="Add picture track, stems and timeline for editing.")
]
Patience = Annotated[
    str | None,
    typer.Option(metavar="TIME", help="Wait so long, like 24h, for pictures at half the price."),
]
By = Annotated[
    str, typer.Option(help="day, month, tenant, short, scene, node, provider, model or realm.")
]


@app.callback()
def options(
    debug: Annotated[
        bool, typer.Option("--debug", envvar="SHORTFACTORY_DEBUG", help="Show tracebacks and logs.")
    ] = False,
) -> None:
    """Read what comes before the command."""
    show_tracebacks(debug)


@app.command(rich_help_panel=MAKING)
def make(
    topic: TopicText = "",
    script: ScriptFile = None,
    source: SourceFile = None,
    language: Language = "en",
    seconds: Seconds = 45.0,
    scenes: Scenes = 6,
    style: Style = "editorial",
    budget: Budget = None,
    providers: Providers = None,
    patience: Patience = None,
    approve: Annotated[
        str, typer.Option(metavar="HOW", help="ask a person before filming, or auto.")
    ] = "ask",
    music: Music = None,
    music_licence: Licence = "",
    effects: Effects = "auto",
    made_for_kids: Kids = False,
    handoff: Handoff = False,
    out: Out = None,
    json: Json = False,
) -> None:
    """Make a short from a topic, a script or an article."""
    chosen = (style, budget, providers, patience)
    wish = Wish(topic, script, source, language, seconds, scenes, *chosen)
    wish = wish._replace(music=music, music_licence=music_licence, effects=effects)
    wish = wish._replace(made_for_kids=made_for_kids, handoff=handoff)
    call("make:make", json, wish, approve, out)


@app.command(rich_help_panel=MAKING)
def resume(id: ShortId, budget: Budget = None, out: Out = None, json: Json = False) -> None:
    """Go on with a short that stopped, with a larger budget if one is given."""
    call("make:resume", json, id, budget, out)


@app.command(rich_help_panel=MAKING)
def estimate(
    topic: TopicText = "",
    script: ScriptFile = None,
    source: SourceFile = None,
    language: Language = "en",
    seconds: Seconds = 45.0,
    scenes: Scenes = 6,
    style: Style = "editorial",
    budget: Budget = None,
    providers: Providers = None,
    patience: Patience = None,
    json: Json = False,
) -> None:
    """Say what a short would cost, without making anything."""
    chosen = (style, budget, providers, patience)
    wish = Wish(topic, script, source, language, seconds, scenes, *chosen)
    call("money:estimate", json, wish)


@app.command(rich_help_panel=DECIDING)
def approve(id: ShortId, script: ScriptFile = None, out: Out = None, json: Json = False) -> None:
    """Approve a script, or the edited one given, and make the film."""
    call("decide:approve", json, id, script, out)


@app.command(rich_help_panel=DECIDING)
def revise(
    id: ShortId,
    notes: Annotated[str, typer.Option(help="What shall be different.")],
    json: Json = False,
) -> None:
    """Have the script written again, following notes."""
    call("decide:revise", json, id, notes)


@app.command(rich_help_panel=DECIDING)
def reject(id: ShortId, json: Json = False) -> None:
    """Decide that this short shall not be made."""
    call("decide:reject", json, id)


@app.command(rich_help_panel=DECIDING)
def cancel(id: ShortId, json: Json = False) -> None:
    """Stop a short for good. What was made for it stays kept."""
    call("decide:cancel", json, id)


@app.command("list", rich_help_panel=LOOKING)
def list_shorts(
    status: Annotated[str | None, typer.Option(help="Only shorts in this status.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many at most.")] = 20,
    json: Json = False,
) -> None:
    """List the newest shorts."""
    call("listing:list_shorts", json, status, limit)


@app.command(rich_help_panel=LOOKING)
def show(id: ShortId, json: Json = False) -> None:
    """Show where a short stands, its script, and what it cost."""
    call("look:show", json, id)


@app.command(rich_help_panel=LOOKING)
def costs(
    by: By = "day",
    since: Annotated[str, typer.Option(metavar="DAY", help="The first day, like 2026-11-01.")] = "",
    until: Annotated[str, typer.Option(metavar="DAY", help="The day after the last.")] = "",
    csv: Annotated[bool, typer.Option("--csv", help="Print comma-separated values.")] = False,
    json: Json = False,
) -> None:
    """Show what was spent, and what was saved because it was there already (UTC days)."""
    call("money:costs", json, by, since, until, csv)


@app.command(rich_help_panel=SETUP)
def doctor(json: Json = False) -> None:
    """Check what this machine has and what is missing, with the cure."""
    call("doctor:doctor", json)


@app.command(rich_help_panel=SETUP)
def migrate(json: Json = False) -> None:
    """Bring the database to this version's tables. Every command does so by itself."""
    call("setup:migrate", json)


@app.command(rich_help_panel=SETUP)
def simulate(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="The port.")] = 8765,
    latency: Annotated[str, typer.Option(help="instant, usual, slow or stuck.")] = "usual",
    scenario: Annotated[str | None, typer.Option(help="Which faults to begin with.")] = None,
    json: Json = False,
) -> None:
    """Serve a local Gemini and ElevenLabs that cost nothing, for --providers simulator."""
    call("setup:simulate", json, host, port, latency, scenario)


@app.command(rich_help_panel=SETUP)
def mcp() -> None:
    """Serve an agent over stdin and stdout (Model Context Protocol)."""
    call("agents:mcp", False)


app.add_typer(changing)
app.add_typer(service)

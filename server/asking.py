"""Asking a person about a script: approve, edit, revise, reject, or later."""

from __future__ import annotations

import asyncio
import shlex
import shutil
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.prompt import Prompt

from providers.offline.script_file import parse_script, script_markdown
from server.screen import print_script
from shortfactory.errors import ConfigurationError, InvalidInput
from shortfactory.order import MAX_NOTES_CHARACTERS, check_text
from shortfactory.settings import Settings
from shortfactory.story import Script, Topic

if TYPE_CHECKING:
    from graph.factory import Factory
    from graph.run import Run
    from graph.short import Short

Act = Callable[["Factory"], Awaitable["Run"]]
QUESTION = "[bold]a[/]pprove, [bold]e[/]dit, [bold]r[/]evise, re[bold]j[/]ect or [bold]l[/]ater"
EDITORS = ("sensible-editor", "nano", "vim", "vi")


def ask(console: Console, short: Short, settings: Settings) -> Act | None:
    """Show the script and ask. None: the person wants to decide later.

    Raises:
        ConfigurationError: an edit is wanted, and no editor is found.
    """
    if short.script is None:
        return None
    print_script(console, short.script, short)
    try:
        answer = Prompt.ask(
            QUESTION, console=console, choices=["a", "e", "r", "j", "l"], show_choices=False
        )
        return _act(console, short, short.script, settings, answer)
    except EOFError:
        return None


def _act(
    console: Console, short: Short, script: Script, settings: Settings, answer: str
) -> Act | None:
    run_id, version = short.run.id, short.run.script_version
    match answer:
        case "a":
            return lambda factory: factory.approve(run_id, script_version=version)
        case "e":
            edited = _edited(console, script, Topic.model_validate(short.run.topic), settings)
            return lambda factory: factory.approve(run_id, script_version=version, script=edited)
        case "r":
            notes = ask_notes(console)
            return lambda factory: factory.revise(run_id, notes=notes, script_version=version)
        case "j":
            return lambda factory: factory.reject(run_id, script_version=version)
        case _:
            return None


def ask_notes(console: Console) -> str:
    """Ask until there are notes that say something."""
    while True:
        notes = Prompt.ask("What shall be different", console=console)
        try:
            check_text("notes", notes, MAX_NOTES_CHARACTERS)
        except InvalidInput as error:
            console.print(escape(str(error)))
        else:
            return notes


def _edited(console: Console, script: Script, topic: Topic, settings: Settings) -> Script:
    """Open the script in the editor, again as long as it has a mistake; nothing typed is lost."""
    text = script_markdown(script)
    while True:
        text = edit(text, settings)
        try:
            return parse_script(text, topic)
        except InvalidInput as error:
            console.print(f"[yellow]{escape(str(error))}[/]")
            Prompt.ask("Press Enter to open the editor again", console=console, default="")


def edit(text: str, settings: Settings) -> str:
    """Let the person's editor change a text.

    Raises:
        ConfigurationError: there is no editor, or it ended with an error.
    """
    with tempfile.TemporaryDirectory(prefix="shortfactory-") as folder:
        file = Path(folder) / "script.md"
        file.write_text(text, encoding="utf-8")
        command = find_editor(settings)
        code = asyncio.run(_run(*shlex.split(command), str(file)))
        if code:
            raise ConfigurationError(
                f"The editor {command!r} ended with {code}.", cure="Set EDITOR to another one."
            )
        return file.read_text(encoding="utf-8", errors="replace")


def find_editor(settings: Settings) -> str:
    """The command of VISUAL or EDITOR, else an editor that is usually there."""
    known = (name for name in EDITORS if shutil.which(name))
    if editor := settings.editor or next(known, ""):
        return editor
    raise ConfigurationError(
        "No editor was found.", cure="Set EDITOR, or approve with --script FILE."
    )


async def _run(*command: str) -> int:
    try:
        return await (await asyncio.create_subprocess_exec(*command)).wait()
    except OSError as error:
        raise ConfigurationError(
            f"The editor {command[0]!r} cannot be started ({error.strerror}).",
            cure="Set EDITOR to another one.",
        ) from error

"""Running one command: whatever goes wrong becomes one message, its cure, and an exit code."""

from __future__ import annotations

import importlib
import json
import logging
import sys
import traceback
import warnings
from collections.abc import Callable
from typing import Any, NoReturn

import typer

from shortfactory.errors import InvalidInput, ShortFactoryError

EXIT_DONE, EXIT_USAGE, EXIT_WAITING, EXIT_FAILED, EXIT_INTERRUPTED = 0, 2, 3, 4, 130
HIDDEN = ("KEY", "URL", "SECRET", "WEBHOOK")  # settings whose values are not repeated

_tracebacks: list[bool] = [False]


def show_tracebacks(debug: bool) -> None:
    """Choose between one message for people and everything for somebody who mends the program."""
    _tracebacks[0] = debug
    logging.basicConfig(level=logging.INFO if debug else logging.CRITICAL + 1, force=True)
    if not debug:
        warnings.simplefilter("ignore")


def call(command: str, as_json: bool, *arguments: Any) -> NoReturn:
    """Load a command ("module:function" of server.commands), run it, and exit with its code."""
    try:
        module, _, function = command.partition(":")
        body: Callable[..., int] = getattr(
            importlib.import_module(f"server.commands.{module}"), function
        )
        code = body(as_json, *arguments)
    except KeyboardInterrupt:
        code = _say(as_json, "Interrupted", "Stopped.", "", EXIT_INTERRUPTED)
    except BrokenPipeError:
        sys.stdout = None  # whoever read our output has gone; nothing is left to flush
        code = EXIT_DONE
    except ShortFactoryError as error:
        _trace()
        code = _explain(as_json, error)
    except ImportError as error:
        _trace()
        reinstall = "Install ShortFactory again in a fresh environment."
        code = _say(as_json, "ImportError", f"A part is missing ({error}).", reinstall, EXIT_USAGE)
    except Exception as error:  # noqa: BLE001 - the last line of defence of a person's terminal
        _trace()
        code = _explain_bug(as_json, error)
    raise typer.Exit(code)


def _explain(as_json: bool, error: ShortFactoryError) -> int:
    kind, message = type(error).__name__, str(error.args[0])
    return _say(as_json, kind, message, error.cure, error.exit_code)


def _explain_bug(as_json: bool, error: Exception) -> int:
    if type(error).__name__ == "ValidationError" and hasattr(error, "errors"):
        return _explain(as_json, _setting_error(error))
    return _say(
        as_json,
        "InternalError",
        f"Something unexpected went wrong in ShortFactory ({type(error).__name__}: {error}).",
        "Nothing finished is lost. See more with: SHORTFACTORY_DEBUG=1 shortfactory ...",
        EXIT_FAILED,
    )


def _setting_error(error: Any) -> InvalidInput:
    first = error.errors(include_url=False)[0]
    name = "__".join(str(part) for part in first["loc"]).upper()
    name = name if name.startswith("SHORTFACTORY_") else f"SHORTFACTORY_{name}"
    shown = "(hidden)" if any(word in name for word in HIDDEN) else first.get("input")
    told = first["msg"].removeprefix("Value error, ")
    return InvalidInput(name, shown, told[:1].lower() + told[1:])


def _say(as_json: bool, kind: str, message: str, cure: str, code: int) -> int:
    text = f"{message} {cure}".strip()
    if as_json:
        failure = {"type": kind, "message": message, "cure": cure, "exit_code": code}
        sys.stdout.write(json.dumps({"error": failure}, ensure_ascii=False) + "\n")
    sys.stderr.write(f"{text}\n")
    return code


def _trace() -> None:
    if _tracebacks[0]:
        traceback.print_exc()

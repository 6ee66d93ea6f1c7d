"""The entry point of `shortfactory`; everything else is loaded when it is needed."""

from __future__ import annotations

import importlib
import io
import sys

EXIT_INTERRUPTED = 130


def main() -> None:
    """Run the command line; Ctrl-C while it is still loading ends it without a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal that knows few signs shows "?"
            stream.reconfigure(errors="replace")
    try:
        importlib.import_module("server.terminal").app()
    except KeyboardInterrupt:
        raise SystemExit(EXIT_INTERRUPTED) from None

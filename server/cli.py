"""The entry point of `shortfactory`; everything else is loaded when it is needed."""

from __future__ import annotations

import importlib

EXIT_INTERRUPTED = 130


def main() -> None:
    """Run the command line; Ctrl-C while it is still loading ends it without a traceback."""
    try:
        importlib.import_module("server.terminal").app()
    except KeyboardInterrupt:
        raise SystemExit(EXIT_INTERRUPTED) from None

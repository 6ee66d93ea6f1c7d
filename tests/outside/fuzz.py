"""Lets schemathesis try every route of a service with real shorts in it (`make fuzz`)."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from tests.outside.serving import Service, service

TOOL = "schemathesis>=4.32,<5"  # its jsonschema-rs is not the one that langgraph-api pins
SCRIPT = "# Tide\n\n## One\nThe sea breathes twice a day.\n\n> A wide sea under a full moon\n"
# Ids and numbers that exist come most of the time, so that answers are more than 404.
CONFIG = """
[dictionaries.shorts]
values = {shorts}

[dictionaries.numbers]
values = [1, 2]

[parameters]
"path.short_id" = {{ dictionary = "shorts", probability = 0.8 }}
"path.scene" = {{ dictionary = "numbers", probability = 0.7 }}
"path.version" = {{ dictionary = "numbers", probability = 0.7 }}
"query.old" = {{ dictionary = "numbers", probability = 0.7 }}
"query.new" = {{ dictionary = "numbers", probability = 0.7 }}
"query.cursor" = {{ dictionary = "shorts", probability = 0.5 }}

[checks]
# A topic may be well-formed and still refused: no writer offline, no such style.
positive_data_acceptance.enabled = false
"""
# Answers that do not end while nobody works: events, and LangServe's ways of following a short.
ENDLESS = r"/events$|^/langserve/shorts/(invoke|batch|stream|stream_events)$"


def seed(at: Service) -> list[str]:
    """The ids of a film of two versions, and of a script that waits for its approval."""
    order = {"script": SCRIPT, "seconds": 5, "scenes": 1}
    film = at.ask("POST", "/v1/shorts", {**order, "approve": "auto", "handoff": True})["id"]
    at.until(film, "done")
    at.ask("POST", f"/v1/shorts/{film}/scenes/1/reroll", {})
    at.until(film, "done")
    waiting = at.ask("POST", "/v1/shorts", order)["id"]
    at.until(waiting, "waiting_approval")
    return [film, waiting]


def main() -> int:
    """The exit code of schemathesis; what it is given after the command is handed on."""
    with service() as made, tempfile.TemporaryDirectory() as folder:
        with made.serving(workers=1) as at:
            shorts = seed(at)
        config = Path(folder) / "schemathesis.toml"
        config.write_text(CONFIG.format(shorts=shorts))
        run = ["uvx", "--from", TOOL, "schemathesis", "--config-file", str(config), "run"]
        with made.serving(workers=0) as at:
            said = ["--exclude-path-regex", ENDLESS, "--header", f"Authorization: Bearer {at.key}"]
            command = [*run, f"{at.url}/openapi.json", *said, *sys.argv[1:]]
            return subprocess.run(command, cwd=folder, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())

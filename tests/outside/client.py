"""Generates a client from the OpenAPI document alone, and lets it drive a short (`make client`)."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.outside.serving import service

TOOL = "openapi-python-client>=0.29,<0.30"
# The generator knows JSON, text and bytes; it is told that the files are bytes.
CONFIG = """
content_type_overrides:
  video/mp4: application/octet-stream
  image/png: application/octet-stream
  application/x-subrip: application/octet-stream
  application/zip: application/octet-stream
"""


def main() -> int:
    """The exit code says whether the short was ordered, followed, approved and fetched."""
    with service() as made, tempfile.TemporaryDirectory() as folder, made.serving(workers=1) as at:
        place = Path(folder)
        (place / "config.yml").write_text(CONFIG)
        document = at.ask("GET", "/openapi.json")
        (place / "openapi.json").write_text(json.dumps(document))
        generate = ["uvx", "--from", TOOL, "openapi-python-client", "generate"]
        told = subprocess.run(
            [*generate, "--path", "openapi.json", "--config", "config.yml", "--meta", "uv"],
            cwd=place,
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        warnings = [line for line in told.splitlines() if line.startswith("WARNING")]
        sys.stdout.write("\n".join(warnings) + f"\n{len(warnings)} warnings of the generator\n")
        drive = ["uv", "run", "--no-project", "--with", "./short-factory-client", "python"]
        script = Path(__file__).with_name("drive.py")
        driven = subprocess.run([*drive, str(script), at.url, at.key], cwd=place, check=False)
        return driven.returncode or bool(warnings)


if __name__ == "__main__":
    sys.exit(main())

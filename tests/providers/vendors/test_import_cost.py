"""Importing an adapter is cheap: the SDKs come with the first call, not with `--help`."""

import json
import subprocess
import sys

import pytest

DEAR = (
    "google.genai",
    "langchain_google_genai",
    "langchain_core",
    "elevenlabs",
    "httpx",
    "pyvips",
    "numpy",
)
ADAPTERS = ("providers.gemini", "providers.gemini_speech", "providers.elevenlabs")
PROGRAM = """
import importlib, json, sys
importlib.import_module({name!r})
print(json.dumps([dear for dear in {dear!r} if dear in sys.modules]))
"""


@pytest.mark.parametrize("name", ADAPTERS)
def test_an_adapter_is_imported_without_its_sdk(name):
    program = PROGRAM.format(name=name, dear=DEAR)
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout) == []

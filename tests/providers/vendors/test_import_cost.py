"""Starting is cheap: SDKs come with the first call, codecs with the first frame."""

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


def loaded(name, dear):
    program = PROGRAM.format(name=name, dear=dear)
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", ADAPTERS)
def test_an_adapter_is_imported_without_its_sdk(name):
    assert loaded(name, DEAR) == []


def test_a_worker_starts_without_sdks_and_codecs_which_its_render_processes_load():
    assert loaded("server.worker", ("google.genai", "elevenlabs", "av", "cv2", "pyvips")) == []


def test_help_needs_nothing_of_all_that():
    assert loaded("server.cli", (*DEAR, "langgraph", "psycopg", "fastapi", "av", "cv2")) == []

# One command for everything. `make` alone lists the targets.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: help video test check lint bench docs live client fuzz lock clean

help:  ## list the targets
	@grep -hE '^[a-z]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 10

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "ShortFactory needs Python 3.11 or newer; this is %s. Try: make PYTHON=python3.12 video" % sys.version.split()[0])'
	@echo "Preparing the environment in $(VENV) (once, about a minute)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

video: $(READY)  ## make a film from examples/, with no keys and no vendors
	@$(BIN)/shortfactory make --script examples/why-bees-dance.md --providers offline --approve auto

test: $(READY)  ## run the whole test suite
	@$(BIN)/python -m pytest -q -n 2 --dist loadfile

check: lint  ## lint, then the tests that need no film, no process and no minute
	@$(BIN)/python -m pytest -q -m "not slow" tests/docs tests/graph tests/nodes tests/unit

lint: $(READY)  ## format, lint, types, import rules
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/pyright
	@$(BIN)/lint-imports

bench: $(READY)  ## measure a film stage by stage, against the floor of its encode
	@$(BIN)/python -m bench

docs: $(READY)  ## write the generated pages of docs/ anew
	@$(BIN)/python -m docs.generate; $(BIN)/python -m bench.costs

live: $(READY)  ## a few cents at the real vendors; needs GOOGLE_API_KEY and ELEVENLABS_API_KEY
	@$(BIN)/python -m pytest -q -m live tests/live

client: $(READY)  ## generate a client from the OpenAPI document alone; it drives a short (needs uv)
	@$(BIN)/python -m tests.outside.client

fuzz: $(READY)  ## let schemathesis try every route of a service with shorts in it (needs uv)
	@$(BIN)/python -m tests.outside.fuzz --max-examples 50

LOCK := uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header \
  --no-annotate --no-emit-index-url --no-emit-find-links pyproject.toml

lock:  ## resolve the lock files anew: everything, and of it what the image needs (needs uv)
	@$(LOCK) --all-extras -o requirements.lock
	@$(LOCK) -c requirements.lock -o requirements-runtime.lock

clean:  ## remove the environment and everything that tools left
	@rm -rf $(VENV) .pytest_cache .ruff_cache .hypothesis .import_linter_cache dist build

# Short verbs for everything a person does here. `make` alone lists them.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= $(shell scripts/find-python)
PY := .venv/bin/python
STAMPS := .stamps
KILLS ?= 500
SECONDS_OF_CHAOS ?= 300
EXTENSION_SOURCES := $(shell find extension/src extension/scripts -type f 2>/dev/null) \
	$(wildcard extension/*.mjs extension/manifest*.json extension/package.json)

.PHONY: help setup run test check static fmt wire extension coverage bench chaos docs lock audit clean

help: ## list the verbs
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 20

setup: ## install what everything else needs; no work when nothing changed
	@$(MAKE) --silent -j2 $(STAMPS)/python $(STAMPS)/node

run: setup extension ## start the hub with a browser on http://127.0.0.1:3300
	@scripts/chromium >/dev/null
	.venv/bin/tabyard serve --demo

# Two test files at a time.
test: static extension ## everything that CI runs: static checks, vitest, pytest with a real Chromium
	@scripts/chromium >/dev/null
	@(command -v curl && command -v jq) >/dev/null || scripts/apt-install curl jq # the guides' own
	cd extension && npm test --silent
	$(PY) -m pytest -n 2 --dist loadfile

check: static ## formatting, lint, layers, types, generated views, shape of the tree
	$(PY) -m pytest -q tests/architecture

static: setup
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	.venv/bin/lint-imports --no-logo
	.venv/bin/basedpyright
	$(PY) -m tabyard_protocol --check
	$(PY) scripts/lifecycles.py --check
	$(PY) scripts/reference.py --check
	cd extension && npm run --silent check

fmt: setup ## format and repair what can be repaired
	$(PY) -m ruff format .
	$(PY) -m ruff check --fix .
	cd extension && npx eslint --fix .

wire: setup ## regenerate schema, TypeScript, reference pages and diagrams from their one source
	$(PY) -m tabyard_protocol
	$(PY) scripts/lifecycles.py
	$(PY) scripts/reference.py

extension: $(STAMPS)/extension ## build extension/dist
	@:

coverage: setup extension ## say which lines and branches no test reaches
	$(PY) -m coverage erase
	$(PY) -m coverage run -m pytest -q
	$(PY) -m coverage combine -q
	$(PY) -m coverage report

bench: setup extension $(STAMPS)/bench ## measure latency and throughput against a real Chromium
	@scripts/chromium >/dev/null
	$(PY) -m tests.bench

chaos: setup extension ## kill hubs and browsers, cut wires, then check every promise (KILLS=500)
	$(PY) -m tests.chaos.real --hubs 10 --workers 10
	$(PY) -m tests.chaos --seconds $(SECONDS_OF_CHAOS) --kills $(KILLS)
	! $(PY) -m tests.chaos --seconds 20 --kills 10 --no-epoch-check # without its fence it must fail

docs: wire ## regenerate the reference and run each snippet of the guides
	$(PY) -m pytest -q tests/docs

lock: setup ## write the lock files anew from pyproject.toml and extension/package.json
	scripts/lock

audit: setup ## look the locked versions up in the vulnerability databases
	scripts/audit

clean: ## remove everything that is built or installed
	rm -rf .venv $(STAMPS) extension/node_modules extension/dist .pytest_cache .ruff_cache .hypothesis \
		.import_linter_cache .coverage htmlcov
	find server protocol tests scripts -name __pycache__ -type d -prune -exec rm -rf {} +

$(STAMPS)/python: requirements-dev.lock pyproject.toml scripts/setup-python
	@mkdir -p $(STAMPS)
	scripts/setup-python $(PYTHON)
	@touch $@

$(STAMPS)/node: extension/package-lock.json extension/.npmrc
	@mkdir -p $(STAMPS)
	cd extension && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

$(STAMPS)/extension: $(STAMPS)/node $(EXTENSION_SOURCES)
	cd extension && npm run --silent build
	@touch $@

# What the line `compare` compares with; nothing of it is a part of the product.
$(STAMPS)/bench: $(STAMPS)/python requirements-bench.lock tests/bench/node/package-lock.json
	.venv/bin/uv pip install --quiet --no-config --python $(PY) --require-hashes -r requirements-bench.lock
	cd tests/bench/node && npm ci --no-audit --no-fund --loglevel=error
	command -v chromedriver >/dev/null || scripts/apt-install chromium-driver
	@touch $@

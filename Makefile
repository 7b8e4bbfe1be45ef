# Ten short verbs. `make` alone lists them.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
STAMPS := .stamps

.PHONY: help setup

help: ## list the verbs
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 20

setup: $(STAMPS)/python $(STAMPS)/node ## install what everything else needs (does nothing when nothing changed)
	@:

$(STAMPS)/python: requirements-dev.lock pyproject.toml scripts/setup-python
	@mkdir -p $(STAMPS)
	scripts/setup-python $(PYTHON)
	@touch $@

$(STAMPS)/node: extension/package-lock.json extension/.npmrc
	@mkdir -p $(STAMPS)
	cd extension && npm ci --no-audit --no-fund --loglevel=error
	@touch $@

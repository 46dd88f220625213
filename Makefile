# TeSA: `make help` is the manual. Every target can be run again at any time.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
BIN := .venv/bin
UV := $(BIN)/uv
COMPILE := $(UV) pip compile --quiet --universal --generate-hashes --no-emit-index-url --no-header --no-annotate

.PHONY: help setup setup-dev demo test test-fast lint format types bench mutants docs lock clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: .venv/runtime.stamp ## Make .venv with what TeSA needs and the `tesa` command

setup-dev: .venv/dev.stamp ## The same, with the tools of tests and linting

# Both only add to .venv, so that `make demo` never takes the tools of a developer away.
.venv/runtime.stamp: requirements.lock pyproject.toml scripts/make-venv
	@scripts/make-venv requirements.lock
	@touch $@

.venv/dev.stamp: requirements-dev.lock pyproject.toml scripts/make-venv
	@scripts/make-venv requirements-dev.lock
	@touch $@ .venv/runtime.stamp

demo: setup ## Start TeSA with the practice line on http://127.0.0.1:5000 (Ctrl-C stops it)
	@exec $(BIN)/tesa demo

# One seed for all of pytest's processes, or they would name the same test differently.
test test-fast: export PYTHONHASHSEED := $(shell echo $$RANDOM)

test: setup-dev ## The whole suite, on SQLite and on PostgreSQL (installs PostgreSQL and Chromium where missing)
	@scripts/install-test-services
	@scripts/test

test-fast: setup-dev ## The suite on SQLite, without the browser
	@$(BIN)/pytest -n 2 -m 'not browser'

lint: setup-dev ## Style, layers, banned constructs, templates, translations, documents
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports
	@$(BIN)/semgrep scan --metrics off --disable-version-check --config .semgrep --error --quiet tesa config.py wsgi.py migrations scripts
	@$(BIN)/djlint tesa --lint --quiet
	@$(BIN)/python tesa/translations/build.py check
	@$(BIN)/python scripts/check_docs.py

format: setup-dev ## Bring Python files into ruff's form
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

types: setup-dev ## mypy --strict on TeSA
	@$(BIN)/mypy

bench: setup-dev ## Measure webhooks, rota and memory on this machine (some minutes, loopback only)
	@scripts/install-test-services postgresql
	@TESA_POSTGRES_DURABLE=1 scripts/with-postgres $(BIN)/python -m bench

mutants: setup-dev ## Break sealing, signature guard, access table and one-time codes in every small way; do the tests notice?
	@$(BIN)/mutmut run
	@$(BIN)/mutmut results

docs: setup-dev ## Check that the documents' links lead somewhere and the data dictionary names every column
	@$(BIN)/python scripts/check_docs.py

lock: setup-dev ## Resolve the dependencies anew into the two lock files
	@$(COMPILE) --upgrade pyproject.toml --group build -o requirements.lock
	@$(COMPILE) --upgrade pyproject.toml --extra keys --group build --group dev -o requirements-dev.lock

clean: ## Remove .venv and all caches (never instance/, which holds data)
	@rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache build mutants *.egg-info
	@find . -name __pycache__ -type d -not -path './frontend/*' -prune -exec rm -rf {} +

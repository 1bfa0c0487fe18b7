# Every target works in a fresh clone: the virtual environment makes itself, and again when
# pyproject.toml changes. `run` installs what it needs alone; `test` adds linters and oracles.
# Needs Python 3.11 and, the first time, a package index.

PYTHON ?= python3.11
ENGINE ?= recorded
RECORDING ?= three-strategies
REPORT ?= build/report.html

ENGINES := recorded lean launcher
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
TEST_INSTALLED := $(VENV)/.test-installed
LEAN_INSTALLED := $(VENV)/.lean-installed
DESK_INSTALLED := $(VENV)/.desk-installed
# The tests of one recording share its replay; their order is that of tests/conftest.py.
PARALLEL := --numprocesses auto --maxprocesses 4 --dist loadgroup --no-loadscope-reorder
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --editable

ifneq (,$(filter run,$(MAKECMDGOALS)))
ifneq (1,$(words $(filter $(ENGINE),$(ENGINES))))
$(error ENGINE=$(ENGINE) is unknown: use one of $(ENGINES))
endif
endif

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: desk help run run-recorded run-lean run-launcher test soak lint types bench pictures clean

help: ## Show this text
	@echo "Usage: make TARGET [VARIABLE=VALUE]"
	@echo
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  %-8s %s\n", $$1, $$2}' Makefile
	@echo
	@echo "  PYTHON     the Python 3.11 that makes the virtual environment ($(PYTHON))"
	@echo "  ENGINE     what 'run' runs on: recorded, lean (LEAN CLI and Docker) or launcher"
	@echo "             (a built LEAN in LEAN_LAUNCHER, its data in LEAN_DATA) ($(ENGINE))"
	@echo "  RECORDING  the recording that ENGINE=recorded replays ($(RECORDING))"
	@echo "  REPORT     where its report is written to ($(REPORT))"

run: run-$(ENGINE) ## Run the reference algorithm's recording, or the algorithm itself in LEAN

run-recorded: $(INSTALLED)
	@$(BIN)/python -m workbench replay "$(RECORDING)" --report "$(REPORT)"

desk: $(DESK_INSTALLED) ## Show the live desk with a recorded run that trades again, until Ctrl-C
	@$(BIN)/python -m workbench.desk.replayed

run-lean: $(LEAN_INSTALLED)
	@$(BIN)/python -m workbench.launcher lean

run-launcher: $(INSTALLED)
	@$(BIN)/python -m workbench.launcher launcher

test: $(TEST_INSTALLED) ## Lint, check types and run the tests with coverage (some 15 minutes)
	@echo "All checks together take some 15 minutes on two cores"
	$(BIN)/python -m ruff check
	$(BIN)/python -m ruff format --check
	$(BIN)/python -m mypy
	$(BIN)/python -m pytest -m "not slow" --cov $(PARALLEL)

soak: $(TEST_INSTALLED) ## Run the long tests: whole recordings again, kills, mutations, wheels
	$(BIN)/python -m pytest -m slow $(PARALLEL)

lint: $(TEST_INSTALLED) ## Check style and format
	$(BIN)/python -m ruff check
	$(BIN)/python -m ruff format --check

types: $(TEST_INSTALLED) ## Check types
	$(BIN)/python -m mypy

bench: $(INSTALLED) ## Measure what the tracker costs
	$(BIN)/python -m benchmarks

pictures: $(TEST_INSTALLED) ## Draw the pictures of the documentation again
	$(BIN)/python -m workbench.pictures

clean: ## Remove the virtual environment and every cache; results stay
	rm -rf $(VENV) build *.egg-info .coverage .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(INSTALLED): pyproject.toml
	@command -v "$(PYTHON)" >/dev/null || { \
	  echo "Python 3.11 is needed and '$(PYTHON)' was not found: install it, or name it with" \
	    "make $(MAKECMDGOALS) PYTHON=PATH" >&2; exit 2; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || { \
	  echo "Python 3.11 is needed and '$(PYTHON)' is not one: name it with" \
	    "make $(MAKECMDGOALS) PYTHON=PATH" >&2; exit 2; }
	@echo "Making $(VENV) (once)"
	@"$(PYTHON)" -m venv --clear $(VENV)
	@$(PIP) '.[workbench]'
	@touch $@

$(TEST_INSTALLED): $(INSTALLED)
	@echo "Installing the linters and the tests' oracles into $(VENV) (once, about a minute)"
	@$(PIP) '.[workbench,dev]'
	@touch $@

$(DESK_INSTALLED): $(INSTALLED)
	@echo "Installing the server of the live desk into $(VENV) (once)"
	@$(PIP) '.[desk]'
	@touch $@

# Docker is looked for first: without it the LEAN CLI is of no use.
$(LEAN_INSTALLED): $(INSTALLED)
	@$(BIN)/python -m workbench.launcher lean --check-docker
	@echo "Installing the LEAN CLI into $(VENV) (once)"
	@$(PIP) '.[lean]'
	@touch $@

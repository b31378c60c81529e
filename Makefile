# Works with GNU make 3.81 (macOS) and later. See CONTRIBUTING.md.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# The lock of the dev extra holds all that the demo needs: nobody has to install twice.
DEMO_STAMP := $(BIN)/$(if $(wildcard $(BIN)/.installed-dev),.installed-dev,.installed-run)

# Images set it; every process that a test starts would compile all it imports.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.NOTPARALLEL:

.PHONY: demo test test-latest check lock services clean help

help:
	@echo 'make demo    install into $(VENV), run the example shop and print its matrix'
	@echo 'make test    install the dev tools, run the whole suite, prove our own requirements'
	@echo 'make check   formatting, lint, types, layers, file sizes, known holes, secrets'
	@echo 'make lock    resolve the locks of both anew, every package in its newest version'
	@echo 'make test-latest   the suite with the newest packages, in a venv of its own'
	@echo 'make clean   remove what these made'

# The stamps hold pyproject.toml and the lock of the last installation: a second run needs no network.
$(BIN)/.installed-%: pyproject.toml requirements/%.txt scripts/make-venv
	@PYTHON='$(PYTHON)' scripts/make-venv $(VENV) $*

lock: services
	@scripts/lock --upgrade
	@scripts/lock-npm

demo: $(DEMO_STAMP)
	@$(BIN)/shall demo

services: $(BIN)/.installed-dev
	@scripts/install-test-services

# What passing tests wrote is removed: it would stay in memory.
test: services
	@rm -f .coverage .coverage.*
	@PYTEST_DEBUG_TEMPROOT=$$(scripts/folder-in-memory) $(BIN)/coverage run -m pytest \
	    -n auto --dist worksteal --durations=20 --durations-min=3 --shall-record \
	    -o tmp_path_retention_policy=failed -o tmp_path_retention_count=1
	@gate=$$(mktemp); \
	    scripts/last-line $(BIN)/shall gate >$$gate & proof=$$!; \
	    $(BIN)/coverage combine -q && $(BIN)/coverage report && covered=0 || covered=$$?; \
	    wait $$proof && proved=0 || proved=$$?; \
	    cat $$gate; rm $$gate; exit $$((covered | proved))

# A venv of its own: what the locks say stays as it is.
test-latest: services
	@PYTHON='$(PYTHON)' scripts/make-venv .venv-latest latest
	@.venv-latest/bin/python -m pip list --format=freeze --exclude-editable >.venv-latest/installed.txt
	@.venv-latest/bin/python -m pytest -n auto --dist worksteal

check: $(BIN)/.installed-dev
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/loq check
	@scripts/audit

clean:
	rm -rf $(VENV) .venv-latest .services build dist .coverage .coverage.* .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis shall-demo

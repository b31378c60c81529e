# Works with GNU make 3.81 (macOS) and later. See CONTRIBUTING.md.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# The dev extra holds all that the demo needs: whoever has it is not made to install twice.
DEMO_STAMP := $(BIN)/$(if $(wildcard $(BIN)/.installed-dev),.installed-dev,.installed)

.DEFAULT_GOAL := help
.NOTPARALLEL:

.PHONY: demo test check services clean help

help:
	@echo 'make demo    install into $(VENV), run the example shop and print its matrix'
	@echo 'make test    install the dev tools, run the whole suite, prove our own requirements'
	@echo 'make check   formatting, lint, types, layers, file sizes, known holes, secrets'
	@echo 'make clean   remove what these made'

# The stamps hold what pyproject.toml said when pip last ran: a second run needs no network.
$(BIN)/.installed: pyproject.toml scripts/make-venv
	@PYTHON='$(PYTHON)' scripts/make-venv $(VENV) .

$(BIN)/.installed-dev: pyproject.toml scripts/make-venv
	@PYTHON='$(PYTHON)' scripts/make-venv $(VENV) dev

demo: $(DEMO_STAMP)
	@$(BIN)/shall demo

services: $(BIN)/.installed-dev
	@scripts/install-test-services

test: services
	@rm -f .coverage .coverage.*
	@$(BIN)/coverage run -m pytest -n auto --shall-record
	@$(BIN)/coverage combine -q
	@$(BIN)/coverage report
	@scripts/last-line $(BIN)/shall trace --fail-under 100

check: $(BIN)/.installed-dev
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/loq check
	@scripts/audit

clean:
	rm -rf $(VENV) .services build dist .coverage .coverage.* .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis shall-demo

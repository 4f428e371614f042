# Everything that is done with Zeren, from nothing but Python 3.11+ (with venv and pip), make and git.
# `make` alone tells what there is.

.DEFAULT_GOAL := help
.PHONY: help setup run test test-faults check bench format messages

PYTHON := .venv/bin/python
CATALOGUES := $(wildcard translations/en/LC_MESSAGES/*.po)
COMPILED := translations/en/LC_MESSAGES/messages.mo
# The whole suite runs on every core and measures coverage; a part of it (T=tests/tasks) runs plainly.
WHOLE := -n auto --cov --cov-config=pyproject.toml --cov-report=term

help:  ## say what there is
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 20
	@echo
	@echo "  make run DEMO=0         start empty instead of with the demo story"
	@echo "  make run PORT=9000      another port"
	@echo "  make test T=tests/tasks a part of the tests"

# Bytecode is kept, whatever the shell says (.gitignore knows it): compiling everything anew takes each of the many
# processes that tests start a second and a half, and the tests themselves a quarter of a minute.
unexport PYTHONDONTWRITEBYTECODE

setup:  ## build .venv with all that is needed to run, test and check
	@scripts/setup.sh dev

run: .runtime $(COMPILED)  ## start web server, scheduler and worker; Ctrl-C stops them
	@exec $(PYTHON) scripts/run.py

test: setup $(COMPILED)  ## run the tests on SQLite and PostgreSQL (T=path for a part)
	@$(PYTHON) -m pytest $(if $(T),$(T),$(WHOLE))

test-faults: setup $(COMPILED)  ## the long form of the faults: kills, crashes, frozen processes; prints the table
	@$(PYTHON) -m tests.faults

check: setup $(COMPILED)  ## all that is checked without running tests
	@$(PYTHON) scripts/check.py

bench: setup $(COMPILED)  ## time the pages that must be fast
	@$(PYTHON) -m bench

format: setup  ## put the code in its customary form
	@$(PYTHON) -m ruff check --fix-only --quiet .
	@$(PYTHON) -m ruff format --quiet .

messages: setup  ## bring the message catalogues up to date with the texts in the code
	@$(PYTHON) scripts/catalog.py update

.PHONY: .runtime
.runtime:
	@scripts/setup.sh runtime

$(COMPILED): $(CATALOGUES) | .runtime
	@$(PYTHON) scripts/catalog.py compile

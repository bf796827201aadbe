# make serve     the explorer and the HTTP interface, on the packaged pack
# make test      everything that CI runs
#
# Needs python3 (3.11 or newer, with venv) and make; the rest goes into .venv beside this file.

PYTHON ?= python3
PORT ?= 8000
WORKERS ?= 3

# Build environments (conda, tcsh) export HOST as the name of a machine or platform: from the environment only a
# numeric address or localhost is taken; `make serve HOST=name` is always taken.
HOST := $(or $(filter localhost 0% 1% 2% 3% 4% 5% 6% 7% 8% 9% :%,$(HOST)),127.0.0.1)

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_NO_INPUT := 1

# The server needs the driver of PostgreSQL only where the database is one.
SERVE_EXTRAS := $(if $(findstring postgres,$(KG_DATABASE_URL)),[postgres])

.DEFAULT_GOAL := help
.PHONY: help serve test tests check bench docs format style types order dev install clean

help:
	@echo 'make serve    answer at http://$(HOST):$(PORT)/ (HOST=, PORT=, KG_DATABASE_URL=)'
	@echo 'make test     style, types, import order, and all tests (WORKERS=$(WORKERS))'
	@echo 'make check    style, types, import order and architecture only'
	@echo 'make format   let ruff put the code into its style'
	@echo 'make bench    measure beside other libraries, and print and keep the figures'
	@echo 'make docs     write the reference pages and the outputs shown in the documentation anew'
	@echo 'make clean    remove .venv and caches'

# $(call prepare,extras,name): have .venv hold this checkout with these extras. A stamp keeps the place, pyproject.toml
# and the extras it was made for; a tree that has moved gets a new .venv, since scripts in it name the old place.
define prepare
@set -eu; \
place="$$(pwd)"; made="$$place $$(cksum < pyproject.toml)"; \
if [ -x .venv/bin/python ]; then \
  for want in '$(2) $(1)' 'dev [dev]'; do \
    if [ "$$(cat .venv/$${want%% *}.stamp 2>/dev/null || :)" = "$$made $${want#* }" ]; then exit 0; fi; \
  done; \
fi; \
command -v '$(PYTHON)' >/dev/null 2>&1 || { \
  echo 'evidence-kg: no $(PYTHON) here; install Python 3.11 or newer, or name one: make PYTHON=/path/to/python3' >&2; \
  exit 1; }; \
'$(PYTHON)' -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
  echo "evidence-kg: $$('$(PYTHON)' -V 2>&1) is too old, 3.11 or newer is needed; name one: make PYTHON=python3.12" >&2; \
  exit 1; }; \
if [ "$$(cat .venv/place 2>/dev/null || echo "$$place")" != "$$place" ]; then rm -rf .venv; fi; \
if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then \
  echo 'evidence-kg: making .venv with $(PYTHON)' >&2; \
  '$(PYTHON)' -m venv .venv || { \
    echo 'evidence-kg: $(PYTHON) cannot make virtual environments; on Debian: apt-get install python3-venv' >&2; \
    exit 1; }; \
fi; \
printf '%s\n' "$$place" > .venv/place; \
echo 'evidence-kg: installing into .venv (once; about a minute)' >&2; \
.venv/bin/python -m pip install -qq --editable '.$(1)' || { \
  echo 'evidence-kg: not installed (see above); the Python package index is needed: is the network up?' >&2; \
  exit 1; }; \
printf '%s\n' "$$made $(1)" > .venv/$(2).stamp
endef

install:
	$(call prepare,$(SERVE_EXTRAS),serve)

dev:
	$(call prepare,[dev],dev)

# The database is in the user's data folder, or here where there is no home to write to.
serve: install
	@set -eu; \
	home="$$(.venv/bin/python -c 'import os; print(os.path.expanduser("~"))')"; \
	if [ -z "$${KG_DATABASE_URL-}$${XDG_DATA_HOME-}" ] && [ ! -w "$$home" ]; then \
	  export KG_DATABASE_URL="sqlite:///$$(pwd)/evidence.sqlite"; \
	  echo "evidence-kg: $$home cannot be written to; the database is evidence.sqlite in this folder" >&2; \
	fi; \
	exec .venv/bin/kg serve --host '$(HOST)' --port '$(PORT)'

style: dev
	@echo '== style'
	@.venv/bin/ruff check --quiet .
	@.venv/bin/ruff format --check --quiet . || { \
	  echo 'some files are not in the style of ruff format; run: make format' >&2; exit 1; }

types: dev
	@echo '== types'
	@.venv/bin/mypy

order: dev
	@echo '== order of imports'
	@.venv/bin/lint-imports --no-logo

check: style types order
	@echo '== architecture'
	@.venv/bin/python -m pytest tests/arch

# Types take one core for half a minute: the tests begin beside them, and the whole fails when one of the three does.
test: style
	@$(MAKE) --no-print-directory -j2 types order tests

tests: dev
	@echo '== tests'
	@.venv/bin/python -m pytest -n '$(WORKERS)' --dist worksteal

format: dev
	@.venv/bin/ruff check --quiet --fix .
	@.venv/bin/ruff format .

bench: dev
	@.venv/bin/python -m benchmarks

docs: dev
	@.venv/bin/python -m docs.generate
	@.venv/bin/python -m tests.unit.test_mappings
	@.venv/bin/python -m tests.docs.refresh

clean:
	rm -rf .venv build dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache

# Every habit of this repository. `make` or `make help` lists them.
# Needs Python 3.11 or newer and make; all else goes into .venv, from requirements.lock.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.installed

ORDERS      ?= 500
FAULTS      ?= none
OMS         ?=
MARKETPLACE ?=
RATE        ?=
ROUTES      ?=
KEEP        ?=
PYTEST_ARGS ?=

FAST   := tests/unit tests/conformance tests/golden tests/contract tests/deploy
REAL   := tests/integration tests/browser
CHAOS  := tests/chaos
PIP    := $(BIN)/python -m pip --disable-pip-version-check --no-input
PYTEST := $(BIN)/python -m pytest $(PYTEST_ARGS)

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help install demo test lint format bench chaos partners screenshots

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

install: $(STAMP) ## .venv with everything in requirements.lock, checked by hash (PYTHON=python3.12)

# One stamp for all: as long as neither file changed, nothing is asked of pip or the network.
# It holds the folder's path: a copied or moved .venv still points at the old place, so it is made anew.
MADE_IN := $(shell cat $(STAMP) 2>/dev/null)
ifneq ($(MADE_IN),$(CURDIR))
.PHONY: $(STAMP)
endif
$(STAMP): requirements.lock pyproject.toml
	@set -e; \
	new_enough() { command -v "$$1" >/dev/null 2>&1 && "$$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }; \
	if [ -z "$(filter-out $(CURDIR),$(MADE_IN))" ] && new_enough $(BIN)/python && $(BIN)/python -m pip --version >/dev/null 2>&1; then exit 0; fi; \
	found=; \
	for candidate in "$(PYTHON)" python3.13 python3.12 python3.11; do \
		if new_enough "$$candidate"; then found=$$candidate; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
		echo "install: orderpipe needs Python 3.11 or newer; '$(PYTHON)' is $$("$(PYTHON)" --version 2>&1 || echo 'not found')," >&2; \
		echo "  and python3.13, python3.12, python3.11 are not in PATH. Name one: make install PYTHON=/path/to/python3.12" >&2; \
		exit 2; \
	fi; \
	if [ "$$found" != "$(PYTHON)" ]; then echo "install: '$(PYTHON)' is missing or older than 3.11, so $$found is used" >&2; fi; \
	if ! "$$found" -m venv --clear $(VENV); then \
		rm -rf $(VENV); \
		echo "install: $$found can't make a virtual environment (on Debian and Ubuntu: apt-get install python3-venv)" >&2; \
		exit 2; \
	fi
	@echo "install: packages into $(VENV) (once; the next call starts at once)" >&2
	@$(PIP) install --quiet --require-hashes --only-binary :all: -r requirements.lock
	@$(PIP) install --quiet --no-deps --no-build-isolation --no-index --editable .
	@echo "$(CURDIR)" > $@

demo: $(STAMP) ## the whole system on simulated partners (ORDERS=500 FAULTS=none|some|worst OMS=a,b MARKETPLACE= ROUTES="m=a,b n=a" RATE= KEEP=1)
	@$(BIN)/orderpipe demo --orders $(ORDERS) --faults $(FAULTS) \
		$(if $(OMS),--oms $(OMS)) $(if $(MARKETPLACE),--marketplace $(MARKETPLACE)) \
		$(foreach route,$(ROUTES),--route $(route)) \
		$(if $(RATE),--rate $(RATE)) $(if $(KEEP),--keep)

test: $(STAMP) ## every test: first the quick ones, then those with real servers, workers and a browser, then chaos
	$(PYTEST) -n 2 $(wildcard $(FAST))
	@if command -v chromedriver >/dev/null 2>&1; then \
		echo "test: browser tests run in $$(chromedriver --version 2>/dev/null | cut -d' ' -f1,2)"; \
	else \
		echo "test: no Chromium with chromedriver found: the browser tests are skipped"; \
	fi
	$(if $(wildcard $(REAL) $(CHAOS)),$(PYTEST) -p no:randomly $(wildcard $(REAL) $(CHAOS)))

lint: $(STAMP) ## ruff, format, mypy --strict, and the house's import rules: what CI checks
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(STAMP) ## rewrite the code as ruff wants it
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(STAMP) ## orderpipe beside the bare loop and the textbook chain, in one run
	$(BIN)/python -m benchmarks

chaos: $(STAMP) ## only the tests that kill things
	$(PYTEST) -p no:randomly $(CHAOS)

partners: $(STAMP) ## docs/partners.md: what is declared of every partner, with the code and the tests that keep it
	$(BIN)/python -m tests.partners_table

screenshots: $(STAMP) ## pictures of the Flower pages into docs/screenshots (needs Chromium and chromedriver)
	ORDERPIPE_SCREENSHOTS=$(CURDIR)/docs/screenshots $(PYTEST) -p no:randomly tests/browser

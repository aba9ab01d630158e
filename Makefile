# `make help` lists the targets. Needs Python 3.11 or newer with its venv module, and nothing else.
#     make PYTHON=python3.13        with another Python

PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input -qq
SUITE_TESTS := tests/shacl/test_suite.py tests/serve/test_suites.py tests/serve/test_reconciliation.py \
	tests/build/test_catalog.py tests/build/test_datapackage.py
PARALLEL := -n auto --dist worksteal
UV_PIP_COMPILE := .venv-audit/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--custom-compile-command 'make lock'

.DEFAULT_GOAL := build
.DELETE_ON_ERROR:
.PHONY: build check site test test-fast lint audit conformance sbom bench lock clean help FORCE

build: .venv/.installed  ## validate the data and write build/ (the default)
	$(BIN)/upheaval build

check: .venv/.installed  ## validate the data only
	$(BIN)/upheaval check

site: build  ## render the web pages into build/site/ (with Node: including the in-browser query engine)
	$(BIN)/upheaval site

test: lint  ## lint, type check and run the tests in parallel (UPHEAVAL_SWEEP=whole: all cases of every sweep)
	$(BIN)/mypy
	$(BIN)/python -m pytest $(PARALLEL)

test-fast: lint  ## lint and run the tests that need no server, browser or Java, for the loop while editing
	$(BIN)/python -m pytest $(PARALLEL) -m 'not engine and not slow'

lint: .venv/.tested-with
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

audit: .venv-audit  ## look for known vulnerabilities in what the lock files pin (needs the network)
	for file in requirements*.txt; do .venv-audit/bin/pip-audit --require-hashes --disable-pip -r "$$file" || exit 1; done
	for lock in $$(git ls-files '*package-lock.json'); do \
		npm audit --package-lock-only --prefix "$$(dirname "$$lock")" || exit 1; done

conformance: .venv/.tested-with  ## run other people's suites and write what they find, as EARL
	$(BIN)/python -m pytest --conformance $(SUITE_TESTS)

sbom: .venv/.tested-with  ## list the locked dependencies as CycloneDX, in sbom/upheaval.cdx.json
	@mkdir -p sbom
	$(BIN)/cyclonedx-py requirements requirements.txt --pyproject pyproject.toml --output-reproducible \
		--output-file sbom/upheaval.cdx.json

bench: .venv/.tested-with .venv-bench .venv-bench-rml  ## benchmark against peers: make bench STEPS=read,ask
	$(BIN)/python -m tests.benchmarks --steps '$(STEPS)' $(BENCHFLAGS)

.venv-audit .venv-bench .venv-bench-rml: .venv-%: requirements-%.txt
	@echo "Setting up $@ ..."
	@"$(PYTHON)" -m venv --clear $@
	@$@/bin/python -m pip --disable-pip-version-check --no-input -qq install --require-hashes --no-deps --only-binary :all: -r $<
	@touch $@

lock: .venv-audit  ## update the lock files (to the newest versions: make lock LOCKFLAGS=--upgrade)
	$(UV_PIP_COMPILE) $(LOCKFLAGS) pyproject.toml --group build -o requirements.txt
	$(UV_PIP_COMPILE) $(LOCKFLAGS) pyproject.toml --group build --group dev -c requirements.txt -o requirements-dev.txt
	$(UV_PIP_COMPILE) $(LOCKFLAGS) --group audit -o requirements-audit.txt
	$(UV_PIP_COMPILE) $(LOCKFLAGS) --group bench -o requirements-bench.txt
	$(UV_PIP_COMPILE) $(LOCKFLAGS) --group bench-rml -o requirements-bench-rml.txt

clean:  ## remove everything generated: build/, dist/, sbom/, .venv/ and caches
	rm -rf build dist sbom .venv .venv-bench .venv-bench-rml .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find scripts tests -type d -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null || true

help:  ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s%s\n", $$1, $$2 }' Makefile

# The stamps in .venv/ say how far the set-up went. `.made` holds the Python and the folder that the
# environment was made with: an environment made with another one, or moved, is made anew.

MADE_WITH := $(PYTHON) $(CURDIR)
ifneq ($(shell cat .venv/.made 2>/dev/null),$(MADE_WITH))
.venv/.made: FORCE
endif

.venv/.made: requirements.txt
	@command -v "$(PYTHON)" >/dev/null \
		|| { echo "error: $(PYTHON) not found; install Python 3.11 or newer, or name one: make PYTHON=..." >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "error: $(PYTHON) is older than Python 3.11; name a newer one: make PYTHON=python3.11" >&2; exit 1; }
	@"$(PYTHON)" -c 'import venv, ensurepip' 2>/dev/null \
		|| { echo "error: $(PYTHON) has no venv module; install it (Debian, Ubuntu: apt install python3-venv)" >&2; exit 1; }
	@echo "Setting up .venv with $$("$(PYTHON)" --version) ..."
	@"$(PYTHON)" -m venv --clear .venv
	@$(PIP) install --require-hashes --only-binary :all: -r requirements.txt
	@printf '%s\n' '$(MADE_WITH)' > $@

.venv/.installed: .venv/.made pyproject.toml
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.tested-with: .venv/.installed requirements-dev.txt
	@echo "Adding the test tools to .venv ..."
	@$(PIP) install --require-hashes --no-deps --no-build-isolation -r requirements-dev.txt
	@touch $@

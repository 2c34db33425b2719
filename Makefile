# Every target sets up what it needs, and does nothing twice: see tools/ for the two scripts behind it.
.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:
.PHONY: help demo test fuzz lint bench docs lock web run-packages test-packages bench-packages

PYTHON := .venv/bin/python
PIP := PIP_DISABLE_PIP_VERSION_CHECK=1 $(PYTHON) -m pip install --quiet --quiet
WEB := $(PYTHON) hatch_build.py
RUN := .venv/.run
DEV := .venv/.dev
ENVIRONMENT_DIR := $(CURDIR)/.venv/environment
ENVIRONMENT := .venv/.environment
LAB := .venv/.lab
ARGS ?=
SHORT ?=

help: ## show this list
	@sed -n 's/^\([a-z]*\):.*## /make \1\t/p' Makefile | expand -t 14

demo: run-packages web $(ENVIRONMENT) ## serve a Carrel to try, with an admin, a key and two projects (ARGS='--port 0 --data DIR')
	@CARREL_RUNNER_ENVIRONMENT=$(ENVIRONMENT_DIR) $(PYTHON) -m carrel demo $(ARGS)

# Each of two workers takes the next file, with servers, browser and users of its own; the long files come first.
# One that ends in the middle of a test ends the run: another in its place would wait for work for ever.
SHARED := --numprocesses 2 --dist loadfile --no-loadscope-reorder --max-worker-restart 0
test: run-packages test-packages $(DEV) $(ENVIRONMENT) web ## run all tests (ARGS='-k copies')
	@$(WEB) test --silent
	@$(PYTHON) -m pytest -q --no-header $(SHARED) $(ARGS)

fuzz: run-packages test-packages $(DEV) $(ENVIRONMENT) ## call all of the API with made-up parameters, some 20000 times (ARGS='--fuzz 100')
	@$(PYTHON) -m pytest -q --no-header -s --timeout 0 tests/integration/test_openapi.py --fuzz 15 $(ARGS)

lint: $(DEV) ## check style, types, imports and the house rules
	@$(PYTHON) -m ruff check --quiet .
	@$(PYTHON) -m ruff format --check --quiet .
	@$(PYTHON) -m mypy --no-error-summary
	@.venv/bin/lint-imports --no-cache > .venv/lint-imports.log || { cat .venv/lint-imports.log; exit 1; }
	@$(PYTHON) tools/house_lints.py
	@$(WEB) run lint --silent

web: $(RUN) ## build the front end, if its sources have changed
	@$(WEB)

bench: run-packages bench-packages $(DEV) $(ENVIRONMENT) web $(if $(SHORT),,$(LAB)) ## measure everything, against what there is elsewhere (SHORT=1: briefly, ARGS=pages)
	@$(PYTHON) -m bench $(if $(SHORT),--short) $(ARGS)

docs: $(DEV) ## build the documentation in docs/_build/html; a warning is an error
	@$(PYTHON) -m sphinx --fail-on-warning --keep-going --quiet -b html docs docs/_build/html
	@echo docs/_build/html/index.html

LOCK := -m piptools compile --quiet --no-config --generate-hashes --allow-unsafe --strip-extras --no-header \
  --no-annotate --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-emit-options
lock: $(DEV) ## pin the newest versions of all packages that we depend on (ARGS='--upgrade')
	@$(PYTHON) $(LOCK) --build-deps-for editable $(ARGS) -o requirements.txt pyproject.toml
	@$(PYTHON) $(LOCK) --extra dev -c requirements.txt $(ARGS) -o requirements-dev.txt pyproject.toml
	@$(PYTHON) -c 'from carrel.runners.environment import PACKAGES; print(*PACKAGES, sep="\n")' > .venv/projects.in
	@$(PYTHON) $(LOCK) $(ARGS) -o requirements-projects.txt .venv/projects.in
	@$(PYTHON) -c 'from bench.jupyterlab import PACKAGES; print(*PACKAGES, sep="\n")' > .venv/lab.in
	@$(PYTHON) $(LOCK) $(ARGS) -c requirements-projects.txt -o requirements-lab.txt .venv/lab.in

# What has to be installed. Stamps are files of the virtual environment, so that one that is removed is made anew.

run-packages:
	@sh tools/packages.sh bwrap:bubblewrap rsync:rsync

test-packages:
	@sh tools/packages.sh git:git curl:curl pgrep:procps initdb:postgresql chromium-headless-shell:chromium-headless-shell firefox-esr:firefox-esr

bench-packages:
	@sh tools/packages.sh wrk:wrk chromium-headless-shell:chromium-headless-shell

.venv/.made:
	@sh tools/venv.sh
	@touch $@

$(RUN): .venv/.made requirements.txt pyproject.toml
	@echo "installing the packages that Carrel runs with"
	@$(PIP) --require-hashes --requirement requirements.txt
	@$(PIP) --no-deps --no-build-isolation --editable .
	@$(PYTHON) -m compileall -q src  # where Python is told to write no byte code, each start would compile it
	@touch $@

$(DEV): $(RUN) requirements-dev.txt
	@echo "installing the packages for development"
	@$(PIP) --require-hashes --requirement requirements-dev.txt
	@touch $@

$(ENVIRONMENT): $(RUN) requirements-projects.txt
	@echo "making the Python environment of the projects"
	@$(PYTHON) -m carrel environment make $(ENVIRONMENT_DIR) --requirement requirements-projects.txt
	@touch $@

$(LAB): .venv/.made requirements-lab.txt
	@echo "installing JupyterLab, with which the benchmarks compare"
	@$(PYTHON) -m venv --clear .venv/lab
	@PIP_DISABLE_PIP_VERSION_CHECK=1 .venv/lab/bin/python -m pip install --quiet --quiet --require-hashes \
	  --requirement requirements-lab.txt
	@touch $@

# The project's commands. Plain GNU make and a POSIX shell; everything installed goes into .venv.
.DEFAULT_GOAL := help
.NOTPARALLEL:
SHELL := /bin/sh
MAKEFLAGS += --no-builtin-rules

# The Python to build .venv with; empty means the first of python3.13, 3.12, 3.11 and python3 that works.
PYTHON ?=
# More arguments for pytest, as in: make test ARGS="-k sroi"
ARGS ?=
# Tests that run at a time; those of one file stay together, the longest files first (tests/conftest.py). 0: all in one
# process, which a debugger needs.
TEST_PROCESSES ?= 2

VENV_PYTHON := .venv/bin/python
SETUP := PYTHON="$(PYTHON)" sh scripts/setup.sh

# DVC would otherwise keep its state outside the project, in a folder shared by every user of the machine.
export DVC_SITE_CACHE_DIR ?= $(CURDIR)/.dvc/tmp/site
export DVC_NO_ANALYTICS ?= 1

# Dozens of processes import the same libraries: without compiled files each would compile them again, which doubles a run.
unexport PYTHONDONTWRITEBYTECODE
# What a user or a cluster's module system puts before or into every Python would not be what the locks say.
unexport PYTHONPATH PYTHONHOME PYTHONSTARTUP PYTHONOPTIMIZE PYTHONWARNINGS
export PYTHONNOUSERSITE := 1

.PHONY: help reproduce live pdf test format lab bench profile clean

help: ## list these commands
	@awk 'BEGIN { FS = ":.*## " } /^[a-z]+:.*## / { printf "  make %-11s%s\n", $$1, $$2 }' Makefile

reproduce: ## install what is needed, then rerun every analysis and write reports/ (ARGS="--force" to rerun all)
	@$(SETUP) runtime
	@$(VENV_PYTHON) -m analysis reproduce $(ARGS)

live: ## show a draft in the browser that follows every change of a file, until Ctrl-C (ARGS="coproduction" for one study)
	@$(SETUP) runtime
	@$(VENV_PYTHON) -m analysis live $(ARGS)

pdf: ## print the pages as PDF files by the Chromium installed (ARGS="--study ID" for those of one study)
	@$(SETUP) runtime
	@$(VENV_PYTHON) -m analysis pdf $(ARGS)

test: ## run the tests (ARGS="..." is passed on to pytest)
	@$(SETUP) test
	@$(VENV_PYTHON) -m pytest -n $(TEST_PROCESSES) --dist loadfile --no-loadscope-reorder $(ARGS)

format: ## put code and notebooks into the one format, and say what the linter finds
	@$(SETUP) test
	@.venv/bin/ruff format .
	@.venv/bin/ruff check .

lab: ## open the notebooks in JupyterLab
	@$(SETUP) lab
	@$(VENV_PYTHON) -m jupyterlab notebooks

bench: ## measure speed and memory (ARGS="pipeline" for one of them)
	@$(SETUP) runtime
	@$(VENV_PYTHON) -m benchmarks $(ARGS)

profile: ## write a page that shows where the time of the last run went
	@$(SETUP) runtime
	@$(VENV_PYTHON) -m analysis profile

clean: ## delete results and caches, so that the next run computes everything again (.venv stays)
	@find data/processed reports -mindepth 1 ! -name .gitkeep ! -name .gitignore ! -name README.md -delete 2>/dev/null || true
	@rm -rf .dvc/cache .dvc/tmp .pytest_cache .hypothesis .ruff_cache build
	@find src tests benchmarks scripts -name __pycache__ -type d -exec rm -rf {} + 2>/dev/null || true

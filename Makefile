# Everything that is done with this repository, each by one word. `make help` lists them.
# Needed: Python 3.11 or newer, git, make. The rest is fetched into .venv, nothing else is touched;
# `make test` also needs a few system programs and says so (tools/system-packages).

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

BIN := .venv/bin
RUNTIME := .venv/.runtime
DEV := .venv/.dev
TESTED := git openssl openssh rsync rrsync nginx dovecot chromium

.PHONY: help
help: ## Say what there is
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1	\2/p' $(MAKEFILE_LIST) | expand -t 18

$(RUNTIME): requirements.lock pyproject.toml tools/install
	@tools/install runtime

$(DEV): requirements-dev.lock requirements-s3.lock requirements.lock pyproject.toml tools/install
	@tools/install dev

.PHONY: setup
setup: $(DEV) ## Make .venv with everything for work on Tracker

.PHONY: demo
demo: $(RUNTIME) ## A help desk in two minutes: a mailbox, forty letters, the portal
	@$(BIN)/tracker demo $(ARGS)

.PHONY: test
test: $(DEV) ## Check everything: style, types, layers, tests on real servers
	@tools/system-packages $(TESTED)
	@tools/check

.PHONY: soak
soak: $(DEV) ## The long tests: crashes, faults, months of mail
	@tools/system-packages $(TESTED)
	@$(BIN)/python -m pytest -m soak $(ARGS)

.PHONY: bench
bench: $(DEV) ## Measure and print the figures
	@tools/system-packages git openssl dovecot chromium hugo
	@$(BIN)/python -m bench $(ARGS)

.PHONY: docs
docs: $(RUNTIME) ## Build this repository's own portal into site/
	@$(BIN)/tracker build

.PHONY: pictures
pictures: $(DEV) ## Take the pictures of README and documentation anew
	@tools/system-packages git openssl dovecot chromium
	@$(BIN)/python tools/pictures

.PHONY: package
package: $(DEV) ## Build wheel and sdist into dist/
	@$(BIN)/python -m hatchling build

.PHONY: format
format: $(DEV) ## Put the code into its one form
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

.PHONY: lock
lock: $(DEV) ## Bring the pinned packages up to date (names, versions, hashes)
	@tools/lock

.PHONY: clean
clean: ## Remove what can be made again
	@rm -rf .venv .demo site dist build .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

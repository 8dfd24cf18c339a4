# Everything a person types is a target here; `make` alone lists them. What a target needs, it sets up itself.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory
unexport PYTHONDONTWRITEBYTECODE  # else each of the many processes compiles the same thousands of files again
.PHONY: help setup system demo serve stop clean check test test-fast test-slow fix schema docs messages \
        format lint types imports migrations generated front-end translations cluster

PYTHON := .venv/bin/python
WORKERS ?= 2
MANAGE := $(PYTHON) manage.py
APPS := accounts geo_data zoning admissions frontend
CHINESE := frontend/locale/zh_Hans/LC_MESSAGES/django
BUILT := frontend/dist/.vite/manifest.json
COLLECTED := var/static/staticfiles.json
WARM := var/kernels/warm
READY := .venv/installed node_modules/.package-lock.json var/jiujin.env $(CHINESE).mo

help: ## List these targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

## ---- Set-up: only what is missing or older than what it is made from ----

setup: system $(READY) $(BUILT) $(WARM) ## Install what is missing: Debian's, Python's and npm's packages; build the front end

system:
	@setup/system.sh

.venv/installed: requirements-dev.lock setup/uv.lock setup/python.sh | system
	@echo "Installing Python packages"
	@setup/python.sh && touch $@

node_modules/.package-lock.json: package.json package-lock.json .npmrc | system
	@echo "Installing npm packages"
	@npm ci --no-audit --no-fund --loglevel=error >/dev/null && touch $@

var/jiujin.env: | .venv/installed
	@$(PYTHON) -m setup.keys

%.mo: %.po | system
	@msgfmt --check-format -o $@ $<

$(BUILT): $(shell find frontend/src -type f) package-lock.json $(wildcard vite.config.* tsconfig*.json) \
          | node_modules/.package-lock.json
	@echo "Building the front end"
	@npm run --silent build -- --logLevel warn && touch $@

$(COLLECTED): $(BUILT) $(shell find frontend/static -type f 2>/dev/null) requirements.lock | .venv/installed var/jiujin.env
	@$(MANAGE) collectstatic --noinput --verbosity 0 && touch $@

$(WARM): $(wildcard zoning/engine/*.py admissions/matching/*.py) requirements.lock | .venv/installed var/jiujin.env
	@echo "Compiling the engines"
	@$(PYTHON) -m setup.warm && touch $@

cluster: setup
	@$(PYTHON) -m setup.cluster start

## ---- Running ----

demo: setup $(COLLECTED) ## Run everything on a generated sample county and serve it on 127.0.0.1
	@$(PYTHON) -m setup.serve demo

serve: setup $(COLLECTED) ## Serve without the sample county
	@$(PYTHON) -m setup.serve start

stop: ## Stop everything that was started
	@[ ! -x $(PYTHON) ] || $(PYTHON) -m setup.serve stop

clean: stop ## Stop, and delete var/ with its database
	@[ ! -x $(PYTHON) ] || $(PYTHON) -m setup.cluster remove
	@rm -rf var

## ---- Gates ----

check: format lint types imports migrations generated front-end translations ## Every gate a commit must pass

format: setup
	@$(PYTHON) -m ruff format --check --quiet .

lint: setup
	@$(PYTHON) -m ruff check --quiet --output-format concise .

types: setup
	@$(PYTHON) -m mypy .

imports: setup
	@$(dir $(PYTHON))lint-imports --no-logo

migrations: cluster
	@$(MANAGE) makemigrations --check --dry-run

generated: setup
	@$(PYTHON) -m setup.generated check

front-end: setup
	@npm run --silent check

translations: setup
	@$(PYTHON) -m setup.messages check

## ---- Tests ----

test: cluster ## All that must pass, two files of tests side by side (WORKERS=0: one after the other)
	@npm test --silent
	@$(PYTHON) -m pytest -m "not slow" -n $(WORKERS) --dist loadfile

test-fast: setup ## The pure tests, in seconds, without a database
	@$(PYTHON) -m pytest tests/pure -m "not slow" -q

test-slow: cluster ## Whole seasons, kill matrices, volumes
	@$(PYTHON) -m pytest -m slow

## ---- Rewriting ----

fix: setup ## Format and mend what can be mended
	@$(PYTHON) -m ruff format .
	@$(PYTHON) -m ruff check --fix .

schema: setup ## Write the API schema and the front end's types
	@$(PYTHON) -m setup.generated write

docs: schema ## Write every generated page

messages: setup ## Bring the translation file up to date with the strings in code and templates
	@$(PYTHON) -m setup.messages update

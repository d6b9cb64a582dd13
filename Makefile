# make run    set up and open the live monitor    (ARGS="--model FILE --duration 10" passes options on)
# make test   set up, check and test
# make bench  measure what edgetop costs here      (OUT=FILE takes the report, ARGS="peers --quick" a part of it)
PYTHON ?= python3
EXTRAS ?= cpu
VENV   ?= .venv$(if $(filter-out cpu,$(EXTRAS)),-$(EXTRAS))
ARGS   ?=
OUT    ?= build/performance.md
BIN     = $(VENV)/bin

.PHONY: run test check bench screenshots man clean

run: $(VENV)/.run
	@$(BIN)/edgetop $(ARGS)

test: $(VENV)/.dev check
	$(BIN)/python -m pytest

check: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.dev
	$(BIN)/python -m benchmarks $(ARGS) --output $(OUT)

screenshots: $(VENV)/.dev
	$(BIN)/python docs/screenshots.py
	$(BIN)/python docs/report_picture.py

man: $(VENV)/.dev
	$(BIN)/python docs/man_page.py

$(VENV)/bin/python:
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
	  echo "edgetop needs Python's venv module (Debian: apt install python3-venv)"; exit 1; }

$(VENV)/.run: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[$(EXTRAS)]"
	@touch $@

$(VENV)/.dev: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[$(EXTRAS),dev]"
	@touch $@ $(VENV)/.run

clean:
	rm -rf $(VENV) dist build

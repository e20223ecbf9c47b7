# Two targets a newcomer needs: `make demo` and `make test`. Both make .venv themselves.
# PYTHON picks the interpreter (3.11 to 3.13), EXTRAS what is installed besides, "[kerberos]".

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: demo test lint docs bench fuzz clean

demo: $(VENV)/.library
	$(BIN)/ipam-progress demo

test: $(VENV)/.tools
	$(BIN)/python -m pytest --cov --cov-report=

lint: $(VENV)/.tools
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tools/generate_contracts.py --check
	$(BIN)/python tools/draw_diagrams.py --check

# The documentation as a site in build/docs; diagrams need Graphviz
docs: $(VENV)/.docs
	$(BIN)/python -m sphinx --fail-on-warning --keep-going --quiet docs build/docs

bench: $(VENV)/.tools
	$(BIN)/python -m bench

# Damaged handshakes and frames against the security layer, ROUNDS of them, and a tenth as many
# damaged captures against the inspector
fuzz: $(VENV)/.tools
	$(BIN)/python -m fuzz --rounds $(or $(ROUNDS),100000)
	$(BIN)/python -m fuzz.captures --rounds $$(( $(or $(ROUNDS),100000) / 10 ))

clean:
	rm -rf $(VENV) build dist src/*.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.library: pyproject.toml | $(VENV)/bin/python
	$(PIP) install --editable '.$(EXTRAS)'
	touch $@

# The tools are the dependency group "dev" of pyproject.toml; old versions of pip cannot read groups.
$(VENV)/.tools: pyproject.toml $(VENV)/.library
	$(PIP) install $$($(BIN)/python tools/dependency_group.py dev)
	touch $@

$(VENV)/.docs: pyproject.toml $(VENV)/.library
	$(PIP) install $$($(BIN)/python tools/dependency_group.py docs)
	touch $@

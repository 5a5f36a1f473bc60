# Two commands matter: `make demo` and `make test`. Both set up everything they need first.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
TESTS ?=

.PHONY: demo test check setup system lock bench clean

demo: $(READY)          ## crawl the replica into ./archive and show what was found
	$(BIN)/gongkai demo

test: system $(READY) check ## all checks and all tests
	@./setup.sh swift
	@./setup.sh webarchive
	$(BIN)/pytest -n auto --dist worksteal $(TESTS)

check: $(READY)         ## lint, format and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

setup: $(READY)         ## the virtual environment, without running anything

$(READY): requirements-dev.lock pyproject.toml setup.sh
	PYTHON="$(PYTHON)" VENV="$(VENV)" ./setup.sh python
	@touch $@

system:                 ## the programs that the tests use, where they can be installed
	@./setup.sh system

bench: $(READY)         ## speed and memory, as ratios taken side by side
	$(BIN)/python -m benchmarks.read_pdf
	$(BIN)/python -m benchmarks.read_html
	$(BIN)/python -m benchmarks.crawl
	$(BIN)/python -m benchmarks.archiving ceph

lock:                   ## resolve the dependencies anew
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-header --quiet pyproject.toml --extra ocr --extra export --extra pictures \
		-o requirements.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-header --quiet pyproject.toml --extra ocr --extra export --extra pictures --group dev \
		-o requirements-dev.lock

clean:
	rm -rf $(VENV) .venv-swift .venv-webarchive build *.egg-info .pytest_cache .mypy_cache .ruff_cache

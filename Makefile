# Two commands do all the set-up: `make demo` and `make test`. Everything lives in .venv.
SHELL := /bin/sh
VENV := .venv
PY := $(VENV)/bin/python
DIR ?= demo
ONCE ?=
PORT ?= 8471
UV := $(shell command -v uv 2>/dev/null)
# Compiled modules are kept, whatever the shell says: a program that compiles itself and all that it
# uses at every start takes twice as long to start, and the tests start hundreds.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: demo test test-long bench bench-growth guide-pictures lint lock tools clean

demo: $(VENV)/.run
	$(VENV)/bin/ocop demo --dir $(DIR) --port $(PORT) $(if $(ONCE),--once,)

# More workers than two cores: a third of the time is waiting for processes, servers and disks. A file
# stays with one worker, so that what its tests share is made once; in the order of their names the
# long ones do not come last.
test: $(VENV)/.dev tools
	$(PY) -m pytest -n 4 --dist loadfile --no-loadscope-reorder -m "not long" -o faulthandler_timeout=120

# The long campaigns, and every property once more with ten times as many random examples.
test-long: $(VENV)/.dev tools
	OCOP_TEST_EXAMPLES=10 $(PY) -m pytest -m "long or hypothesis"

bench: $(VENV)/.dev tools
	$(PY) -m bench

# A ledger of a million statements beside one of ten thousand: made once, kept in build/.
bench-growth: $(VENV)/.dev
	$(PY) -m bench growth

# The pictures of docs/huong-dan, taken from the real pages.
guide-pictures: $(VENV)/.dev tools
	OCOP_GUIDE_PICTURES=1 $(PY) -m pytest -q tests/everywhere/test_guide_pictures.py -k look_as

lint: $(VENV)/.dev
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy

# What the tests need beside Python: a real Chromium, and strace to see the fsyncs.
tools:
	@.ci/tools

# The locks name versions and hashes, no addresses: the installer's own settings say where from.
$(VENV)/.run: requirements.lock pyproject.toml
	@.ci/install requirements.lock $(VENV) "$(UV)"
	@touch $@

$(VENV)/.dev: requirements-dev.lock pyproject.toml
	@.ci/install requirements-dev.lock $(VENV) "$(UV)"
	@touch $@ $(VENV)/.run

lock:
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-header --no-annotate -o requirements.lock
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-header --no-annotate -o requirements-dev.lock

clean:
	rm -rf $(VENV) build *.egg-info

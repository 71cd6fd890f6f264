# Everything sets itself up: a virtual environment from the lock file, nothing else on the machine.
# PYTHON=/path/to/python chooses the interpreter (3.11 or newer) that .venv is made from.
PYTHON ?=
BIN := .venv/bin
READY := .venv/.ready
SPEC ?= specs/shop.yaml
TESTED ?= not browser and not docker

.PHONY: setup demo chaos faults test check lint types format golden bench lock ui screenshot test-browser test-corpus test-docker clean

setup: $(READY)

$(READY): requirements.lock pyproject.toml scripts/setup.sh
	@PYTHON="$(PYTHON)" sh scripts/setup.sh

demo: $(READY)  ## build the example application and show what was verified
	@$(BIN)/appgen build $(SPEC)

test: $(READY)  ## the test suite; what needs more than Python: test-browser, test-docker
	@$(BIN)/python -m pytest -n auto --dist worksteal -m "$(TESTED)"

test-corpus: $(READY)  ## of these, only the applications of further domains and the random ones
	@$(BIN)/python -m pytest -n auto --dist worksteal -m corpus

test-browser: $(READY)  ## the tests that need a browser (Debian's chromium is installed if it is missing)
	@sh scripts/install_browser.sh
	@$(BIN)/python -m pytest -m browser

test-docker: $(READY)  ## the tests of the docker sandbox (an engine is installed and started if none answers)
	@sh scripts/test_docker.sh

chaos: $(READY)  ## kill -9 of builds, databases, applications, runs and the daemon, 20 moments each (long)
	@CHAOS_MOMENTS=$${CHAOS_MOMENTS:-20} $(BIN)/python -m pytest tests/chaos

faults: $(READY)  ## put in every fault, not only a sample; print who found it and what was made again (long)
	@EVERY_FAULT=1 $(BIN)/python -m pytest -n auto --dist worksteal tests/repair

check: $(READY) lint types  ## style, types, who may import whom

lint: $(READY)
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/lint-imports

types: $(READY)
	@$(BIN)/mypy

format: $(READY)
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

golden: $(READY)  ## rewrite the expected files of the golden cases
	@$(BIN)/python -m pytest tests/golden tests/gates/test_checklist.py --update

bench: $(READY)
	@$(BIN)/python benchmarks/build.py

ui: $(READY)
	@$(BIN)/appgen ui

screenshot: $(READY)  ## draw the pictures of docs/operations.md with a real browser
	@sh scripts/install_browser.sh
	@$(BIN)/python scripts/screenshots.py

LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --no-emit-index-url --no-emit-find-links
lock: $(READY)  ## what is installed here (requirements.lock) and in the image of a fleet (deploy/requirements.lock)
	@$(LOCK) --extra dev -o requirements.lock pyproject.toml
	@$(LOCK) --extra fleet -o deploy/requirements.lock pyproject.toml deploy/build-requirements.txt

clean:
	rm -rf build .appgen .pytest_cache .mypy_cache .ruff_cache

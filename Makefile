# Needs Python 3.11 or newer, and make. Each target sets up what it needs; a second run finds it there.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: help demo test test-long crash-test lint format lock corpus reading audit fuzz fuzz-api soak soak-checker proof reports \
  docs pictures site bench bench-checker clean

help:
	@echo "make demo   park a call, retrieve it, check the mock, write the report"
	@echo "make test   run the tests"
	@echo "make test-long  run in full what make test takes a sample of"
	@echo "make crash-test  kill a busy mock 300 times, then 100 of its workers, and look for what it lost"
	@echo "make lint   ruff, mypy, import-linter"
	@echo "make format let ruff put things in order"
	@echo "make lock   renew requirements.lock"
	@echo "make corpus have schemathesis make the requests anew that the lane explore sends"
	@echo "make reading  have connexion read the OpenAPI document anew, and keep what a start of the mock needs of it"
	@echo "make audit  hold the locked packages against the known vulnerabilities (asks the package index)"
	@echo "make fuzz   fuzz the readers of payloads, profiles, scenarios and records, a minute each (installs atheris)"
	@echo "make fuzz-api  let schemathesis loose on both sides of the mock"
	@echo "make soak   the memory of the mock over a million requests"
	@echo "make soak-checker  the memory of the checker over a million requests (takes half an hour)"
	@echo "make proof  run the checker over everything right and wrong, renew reports/proof (takes long)"
	@echo "make reports  judge the exhibits of the gallery and renew reports but for the proof"
	@echo "make docs   renew what comes from the code: docs/reference, figures in the README"
	@echo "make pictures  take the pictures of the README (needs chromium)"
	@echo "make bench  measure the mock and its peers beside each other (needs wrk; takes ten minutes)"
	@echo "make bench-checker  measure the checker beside plain schemathesis (takes half an hour)"
	@echo "make site   make a site of docs in build/site"
	@echo "make clean  remove what the others made"

demo: $(READY)
	@$(BIN)/callpark demo

test: $(READY)
	@$(BIN)/pytest -n auto --dist worksteal --cov --cov-report=

# Everything of which `make test` takes a sample: all defects, all printed scripts and pytest files, every page of docs/,
# the whole gallery. An hour or so.
test-long: $(READY)
	@CALLPARK_LONG=1 $(BIN)/pytest -n auto --dist worksteal tests/proof tests/kit tests/contract_tests/lanes tests/repository \
	  tests/callpark/test_gallery.py

# Ten minutes or so; `make test` kills ten times, and five single workers.
crash-test: $(READY)
	@$(BIN)/python bench/crash.py --kills 300
	@! command -v redis-server >/dev/null || $(BIN)/python bench/worker_kills.py --kills 100

lint: $(READY)
	$(BIN)/ruff check --quiet
	$(BIN)/ruff format --check --quiet
	$(BIN)/mypy --no-error-summary
	$(BIN)/lint-imports --no-logo

format: $(READY)
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

# Add UPGRADE=--upgrade to take newer versions than the lock has.
lock: $(READY)
	@$(BIN)/uv --quiet pip compile --universal --python-version 3.11 --generate-hashes --extra dev \
	  --no-strip-extras --no-emit-index-url --no-emit-find-links --no-header --no-annotate $(UPGRADE) \
	  --output-file requirements.lock pyproject.toml

# Due when the OpenAPI document, schemathesis or hypothesis has changed; a test says so.
corpus: $(READY)
	@$(BIN)/python -m contract_tests.lanes.corpus

# Due when the OpenAPI document or connexion has changed; a test says so, and until then a start waits for connexion.
reading: $(READY)
	@$(BIN)/python -m mockserver.http_api.document_reading

clean:
	rm -rf $(VENV) callpark-report .coverage .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache .cache build

# The lock first, hash by hash, then the checkout itself on top of it.
$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { echo "callpark needs Python 3.11 or newer, and $(PYTHON) is not: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@echo "Setting up $(VENV) (once)"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# In an environment of its own: what audits the lock is not in it.
audit: $(READY)
	@test -x build/audit/bin/pip-audit || { $(PYTHON) -m venv build/audit && \
	  build/audit/bin/python -m pip install --quiet --disable-pip-version-check "pip-audit>=2.9"; } || true
	@$(BIN)/python -m tests.repository.audit --command build/audit/bin/pip-audit

# SECONDS=600 for longer. What is found is left in build/fuzz.
SECONDS ?= 60
fuzz: $(READY)
	@$(BIN)/python -c "import atheris" 2>/dev/null || \
	  $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps "atheris>=3.0"
	@$(BIN)/python -W ignore -m tests.fuzzing.guided --seconds $(SECONDS)

fuzz-api: $(READY)
	@$(BIN)/python -m tests.fuzzing.api

soak: $(READY)
	@$(BIN)/python bench/soak.py --write docs/explanation

# SOAK_OPTIONS="--requests 100000" for less.
soak-checker: $(READY)
	@$(BIN)/python bench/soak_checker.py --write docs/explanation $(SOAK_OPTIONS)

# The whole proof of the checker, renewed in reports/proof. It takes a while; cut short, it goes on where it was.
proof: $(READY)
	@$(BIN)/callpark prove --resume --out reports/proof

# The gallery; tests say when it is behind the checker or the mock.
reports: $(READY)
	@$(BIN)/python -m callpark.gallery reports

# The pages of the reference that come from the code; a test says when they are behind it.
docs: $(READY) reading
	@$(BIN)/python docs/making

pictures: $(READY)
	@$(BIN)/python docs/making/pictures.py

# The peers come from npm and PyPI into build/bench; what cannot be installed is said, and left out.
BENCH := build/bench
bench: $(READY)
	@mkdir -p $(BENCH)/npm
	@test -d $(BENCH)/npm/node_modules || npm install --silent --no-audit --no-fund --prefix $(BENCH)/npm \
	  @stoplight/prism-cli @mockoon/cli wiremock json-server@0 || echo "no peers from npm" >&2
	@test -x $(BENCH)/venv/bin/python || { $(PYTHON) -m venv $(BENCH)/venv && $(BENCH)/venv/bin/python -m pip install \
	  --quiet --disable-pip-version-check "connexion[uvicorn]==3.3.*" fastapi uvloop httptools pyyaml; } || \
	  echo "no peers from PyPI" >&2
	@$(BIN)/python bench/beside.py $(BENCH_OPTIONS)

# The checker beside plain schemathesis.
bench-checker: $(READY)
	@$(BIN)/python bench/checker.py $(BENCH_OPTIONS)

# The site of docs/, to be read without a network.
site: $(READY)
	@$(BIN)/zensical build --clean --strict
	@rm -rf build/site/making

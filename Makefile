# Leefwijk. Everything works in a clean clone where only Python 3.11 or later and make are present:
# the first target that needs it brings uv, and uv brings the rest, pinned by requirements.lock.
SHELL := /bin/bash
PYTHON ?= $(shell command -v python3.11 || command -v python3 || command -v python)
UV_VERSION := 0.13.9
UV := .tools/bin/uv
BIN := .venv/bin
MEMBERS := libs/events libs/service libs/gates deploy/local services/monitoring services/initiatives services/participation services/housing_mix services/projections
TYPED := libs/events/leefwijk libs/service/leefwijk libs/gates/leefwijk deploy/local/leefwijk services/monitoring/monitoring services/initiatives/initiatives services/participation/participation services/housing_mix/housing_mix services/projections/projections
export UV_PYTHON_DOWNLOADS := never

.PHONY: help run test check bench faults mutants scenarios clean lock setup
.DEFAULT_GOAL := help

help: ## Say what can be done here
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort | column -t -s "$$(printf '\t')"

run: setup ## Run the platform on sample data; Ctrl-C stops it
	@$(BIN)/python -m leefwijk.local

test: setup ## Run all tests (files of real data: LEEFWIJK_DATA=folder)
	@$(BIN)/pytest -q -rs $(TESTS)

check: setup ## Style, types, import rules, documents
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy $(TYPED)
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/python tools/check_docs.py
	@$(BIN)/python tools/partner_facts.py --check
	@$(BIN)/python tools/check_deploy.py
	@$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml
	@$(BIN)/python tools/check_sizes.py

bench: setup ## Measure (ROW=append for one row)
	@$(BIN)/python -m tests.benchmarks $(ROW)

faults: setup ## Break parts of the running platform (FAULT=kill-kafka SEEDS=3 FIRST=1)
	@$(BIN)/python tests/integration/faults/fault_run.py $(if $(FAULT),--fault $(FAULT)) \
	  $(if $(SEEDS),--seeds $(SEEDS)) $(if $(FIRST),--first $(FIRST))

mutants: setup ## Plant bugs in a copy and see the tests turn red (ONLY="part of a name, or 1-5")
	@$(BIN)/python -m tools.mutants $(if $(ONLY),--only $(ONLY))

scenarios: setup ## Scenario numbers with the tests that prove them (CATALOGUE=folder: also the unproven)
	@$(BIN)/python tools/scenarios.py $(if $(CATALOGUE),--catalogue $(CATALOGUE))

clean: ## Remove what running and testing left here (data of the local platform included)
	@rm -rf .leefwijk .venv .tools .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

lock: $(UV) ## Resolve the dependencies anew
	@$(UV) lock --quiet
	@$(UV) export --quiet --frozen --all-packages --all-groups --no-emit-workspace --no-header \
	  --no-annotate --format requirements-txt --output-file requirements.lock

setup: .venv/.complete

.venv/.complete: requirements.lock pyproject.toml $(MEMBERS:%=%/pyproject.toml) | $(UV)
	@$(UV) venv --quiet --allow-existing --python "$(PYTHON)" .venv
	@$(UV) pip sync --quiet --compile-bytecode --require-hashes --python .venv requirements.lock || \
	  { echo "leefwijk: the packages of requirements.lock could not be fetched; check the network or set UV_DEFAULT_INDEX to your own package index." >&2; exit 1; }
	@$(UV) pip install --quiet --python .venv --no-deps --no-build-isolation $(MEMBERS:%=--editable %)
	@touch $@

$(UV):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { echo "leefwijk: Python 3.11 or later is needed; install it or name it: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@$(PYTHON) -m venv .tools 2>/dev/null || $(PYTHON) -m pip --version >/dev/null 2>&1 || \
	  { echo "leefwijk: Python's venv module is missing; install it (Debian: apt install python3-venv)" >&2; exit 1; }
	@{ [ -x .tools/bin/pip ] && .tools/bin/pip install --quiet --disable-pip-version-check uv==$(UV_VERSION); } || \
	  $(PYTHON) -m pip install --quiet --disable-pip-version-check --target .tools uv==$(UV_VERSION) || \
	  { echo "leefwijk: uv could not be fetched from the package index; check the network." >&2; exit 1; }

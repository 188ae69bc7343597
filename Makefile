# Every target that needs Python makes its own environment first: `make demo` and `make test`
# work from a fresh clone with a stock Python, its venv module, make and a network.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
EDGE := $(BIN)/rvm-edge
LOCKED := uv export --quiet --no-header --no-emit-project
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq
RUN_READY := $(VENV)/.ready-to-run
DEV_READY := $(VENV)/.ready-to-develop
# What is compiled once is not compiled by every process that is started: a service cannot keep it.
COMPILE := $(BIN)/python -m compileall -q drivers rvm_edge states
AI_VENV ?= .venv-ai
AI_READY := $(AI_VENV)/.ready
DATA ?=
WEIGHTS ?=
OUT ?= build/training
TRAIN_ARGS ?=
TEST_PROGRAMS := chromium=chromium systemd-sysusers=systemd systemd-nspawn=systemd-container \
  gst-launch-1.0=gstreamer1.0-tools,gstreamer1.0-plugins-base,gstreamer1.0-plugins-good \
  Xorg=xserver-xorg-core,xserver-xorg-video-dummy xwininfo=x11-utils
ONLY ?=
JSON ?=
PYTEST_ARGS ?=
CUTS ?= 1000
SECONDS_EACH ?= 60
JOBS ?= auto

.PHONY: help setup demo test programs check docs bench setup-ai train test-ai soak fuzz lock clean

help: ## List the targets
	@echo "MyRVM-Edge: the controller of a reverse vending machine"
	@echo
	@awk -F ':[^#]*## ' '/^[a-z-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile
	@echo
	@echo "PYTHON=python3.12 VENV=.venv-3.12 choose another interpreter and environment."

setup: $(RUN_READY) ## Make the environment, light: what running needs
	@echo "ready: make demo, or . $(BIN)/activate and rvm-edge --help"

demo: $(RUN_READY) ## Watch a whole simulated machine at work
	$(EDGE) demo

test: $(DEV_READY) programs ## Run every test
	@$(COMPILE)
	$(BIN)/python -m pytest -n $(JOBS) $(PYTEST_ARGS)

programs: ## Install the programs that the tests drive, where they are missing
	@missing=; for one in $(TEST_PROGRAMS); do \
	  command -v $${one%%=*} >/dev/null || missing+=" $${one##*=}"; done; missing=$${missing//,/ }; \
	test -z "$$missing" || { \
	  echo "installing$$missing, which the tests drive"; \
	  root=$$([ "$$(id -u)" = 0 ] || echo sudo); \
	  $$root apt-get update -qq && $$root env DEBIAN_FRONTEND=noninteractive \
	    apt-get install -y -qq --no-install-recommends $$missing >/dev/null; \
	} || { echo "the tests drive other programs; on Debian: apt install$$missing" >&2; exit 1; }

check: $(DEV_READY) ## Style, docstrings, types, layers, generated files
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(EDGE) settings reference docs/reference/settings.md --check
	$(EDGE) settings template config/settings.toml --check
	$(BIN)/python -m rvm_edge.vision.rule_table docs/reference/acceptance-rule.md --check
	$(BIN)/python -m rvm_edge.bridges.cloud.wire_page docs/reference/cloud-wire.md --check
	$(BIN)/python -m rvm_edge.bridges.local.wire_page docs/reference --check
	$(BIN)/python -m rvm_edge.display.fault_page docs/reference/fault-codes.md --check
	$(BIN)/python -m tests.drivers.conformance.table docs/reference/conformance.md --check
	$(BIN)/python -m tests.provisioning.threats.table docs/reference/set-up-threats.md --check
	$(EDGE) orders reference docs/reference/orders.md --check
	$(EDGE) kiosk policy config/chromium/rvm-edge-kiosk.json --check
	$(BIN)/python -m tests.fleet_plot docs/images --check
	$(EDGE) chart check
	$(EDGE) chart export --all docs/reference/chart --check

docs: $(DEV_READY) ## Write the generated files again
	$(EDGE) settings reference docs/reference/settings.md
	$(EDGE) settings template config/settings.toml
	$(BIN)/python -m rvm_edge.vision.rule_table docs/reference/acceptance-rule.md
	$(BIN)/python -m rvm_edge.bridges.cloud.wire_page docs/reference/cloud-wire.md
	$(BIN)/python -m rvm_edge.bridges.local.wire_page docs/reference
	$(BIN)/python -m rvm_edge.display.fault_page docs/reference/fault-codes.md
	$(BIN)/python -m tests.drivers.conformance.table docs/reference/conformance.md
	$(BIN)/python -m tests.provisioning.threats.table docs/reference/set-up-threats.md
	$(EDGE) orders reference docs/reference/orders.md
	$(EDGE) kiosk policy config/chromium/rvm-edge-kiosk.json
	$(EDGE) chart export --all docs/reference/chart
	$(BIN)/python -m tests.fleet_plot docs/images

bench: $(DEV_READY) ## Measure; ONLY=name,name measures these, JSON=1 ends with one JSON object
	@$(COMPILE)
	$(BIN)/python -m tests.bench $(if $(ONLY),--only "$(ONLY)") $(if $(JSON),--json)

setup-ai: $(AI_READY) ## Make the second environment, heavy: training, .pt and .engine models, SAM 2

train: $(AI_READY) ## Train the eyes: DATA="FOLDER ..." WEIGHTS=FILE OUT=FOLDER
	@test -n "$(DATA)" || { echo 'make train DATA="FOLDER ..." [WEIGHTS=FILE] [OUT=FOLDER]' >&2; exit 2; }
	$(AI_VENV)/bin/rvm-edge train $(addprefix --data ,$(DATA)) $(addprefix --weights ,$(WEIGHTS)) \
	  --out $(OUT) $(TRAIN_ARGS)

test-ai: $(AI_READY) ## Run the tests that need it
	$(AI_VENV)/bin/python -m pytest tests/ai $(PYTEST_ARGS)

soak: $(DEV_READY) ## Kill the daemon CUTS=1000 times while its world lives on; 3 s a cut
	$(BIN)/python -m pytest tests/chaos/test_world_lives_on.py --cuts $(CUTS) --timeout 0 $(PYTEST_ARGS)

fuzz: $(DEV_READY) ## Try to break every parser of bytes from outside; SECONDS_EACH=60
	@$(PIP) install --require-hashes -r requirements-fuzz.lock
	$(BIN)/python -m tests.fuzz --seconds $(SECONDS_EACH)

lock: ## Resolve the dependencies again (needs uv)
	uv lock --quiet
	$(LOCKED) --no-dev --group build -o requirements.lock
	$(LOCKED) --all-groups --no-group fuzz -o requirements-dev.lock
	$(LOCKED) --only-group fuzz -o requirements-fuzz.lock
	$(LOCKED) --all-groups --no-group fuzz --extra ai --no-emit-package sam2 -o requirements-ai.lock
	$(LOCKED) --only-emit-package sam2 --all-groups --no-group fuzz --extra ai -o requirements-sam2.lock

clean: ## Remove the environments and everything that was built; keep what the machine remembers
	rm -rf .venv .venv-* build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find rvm_edge states drivers tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' \
	  || { echo "$(PYTHON) is not Python 3.10 or newer; say make PYTHON=python3.x …" >&2; exit 1; }
	@echo "making $(VENV) with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv $(VENV) \
	  || { rm -rf $(VENV); echo "python -m venv failed; on Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }

$(RUN_READY): requirements.lock pyproject.toml | $(BIN)/python
	@echo "installing what running needs into $(VENV), some 350 MB; about a minute"
	@$(PIP) install --require-hashes -r requirements.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@$(COMPILE)
	@touch $@

$(DEV_READY): requirements-dev.lock $(RUN_READY)
	@echo "installing the development tools into $(VENV)"
	@$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@

# sam2 is source only and its build looks for the torch that it will run beside.
$(AI_READY): requirements-ai.lock requirements-sam2.lock pyproject.toml
	@test -x $(AI_VENV)/bin/python || $(PYTHON) -m venv $(AI_VENV)
	@echo "installing torch, ultralytics and sam2 into $(AI_VENV), some 6 GB; a few minutes"
	@$(AI_VENV)/bin/python -m pip --disable-pip-version-check -qq install --require-hashes --no-deps -r requirements-ai.lock
	@$(AI_VENV)/bin/python -m pip --disable-pip-version-check -qq install setuptools wheel
	@SAM2_BUILD_CUDA=0 $(AI_VENV)/bin/python -m pip --disable-pip-version-check -qq install \
	  --require-hashes --no-deps --no-build-isolation -r requirements-sam2.lock
	@$(AI_VENV)/bin/python -m pip --disable-pip-version-check -qq install --no-deps --no-build-isolation -e .
	@touch $@

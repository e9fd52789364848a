# Everything from nothing, on a machine with git, make and Python 3.11 or newer.
PYTHON ?= python3
PORT ?= 8501
PROFILE ?= training
WORKERS ?= $(shell echo $$(( $$(nproc 2>/dev/null || echo 2) + 1 )))
ON_POSTGRESQL := tests/db $(addprefix tests/attacks/test_,races.py history.py failover.py second_lock.py) tests/commands/test_owner.py $(addprefix tests/services/test_,door.py \
	board.py overview.py sessions.py throttle.py handling.py directing.py lifting.py readings.py search.py retention.py rights_table.py granting.py second_step.py shield.py calendar_days.py health.py)
ALL_ON_POSTGRESQL := tests/db tests/services tests/pages tests/commands tests/ui $(addprefix tests/attacks/test_,races.py history.py failover.py second_lock.py)
FAULTS := $(wildcard $(addprefix tests/attacks/test_,kills.py killed_servers.py outages.py full_disk.py writers.py backups.py failover.py)) tests/db/test_releases.py tests/ui/test_waiting.py
FAULTS_ON_POSTGRESQL := $(wildcard $(addprefix tests/attacks/test_,races.py second_lock.py writers.py backups.py failover.py)) tests/db/test_releases.py
VENV := .venv
PY := $(VENV)/bin/python
.DEFAULT_GOAL := help

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/.runtime: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit("Weerklank needs Python 3.11 or newer" if sys.version_info < (3, 11) else 0)'
	@test -x $(PY) || $(PYTHON) -m venv $(VENV)
	@echo "Installing what Weerklank needs (once) ..."
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.runtime
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

setup: $(VENV)/.runtime ## virtual environment with the pinned requirements

run: setup ## start the register (SQLite in data/) on PORT=8501
	@$(PY) manage.py run --port $(PORT)

demo: setup ## a filled register on a database of its own: PROFILE=training or kinderopvang-welzijn
	@$(PY) manage.py demo --profile $(PROFILE) --port $(PORT)

test: $(VENV)/.dev ## all tests: everything on SQLite, what touches the database on PostgreSQL too
	@$(PY) -m pytest -q -n $(WORKERS) --dist loadfile --no-loadscope-reorder
	@WEERKLANK_TEST_DATABASE=postgresql $(PY) -m pytest -q -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(ON_POSTGRESQL)

test-postgresql: $(VENV)/.dev ## every test that touches the database, on PostgreSQL (long)
	@WEERKLANK_TEST_DATABASE=postgresql $(PY) -m pytest -q -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(ALL_ON_POSTGRESQL)

attack: $(VENV)/.dev ## all tries of the security tests, each figure beside its target (hours)
	@WEERKLANK_ATTACK=all $(PY) -m pytest -q -n $(WORKERS) --dist loadfile --no-loadscope-reorder tests/attacks tests/web tests/browser/test_idle.py \
		tests/services/test_rights_table.py tests/services/test_rights_services.py tests/services/test_stripping.py tests/db/test_append_only.py

faults: $(VENV)/.dev ## kills, outages, full disks, failover, backups and upgrades: each figure beside its target (hours)
	@failed=0; WEERKLANK_ATTACK=all $(PY) -m pytest -q $(FAULTS) || failed=1; \
	WEERKLANK_ATTACK=all WEERKLANK_TEST_DATABASE=postgresql $(PY) -m pytest -q $(FAULTS_ON_POSTGRESQL) || failed=1; exit $$failed

guards: $(VENV)/.dev ## take the guards of the door, the gate and the rights out one by one: does a test notice? (an hour)
	@$(PY) -m tests.guards

check: $(VENV)/.dev ## formatting, lint and types
	@$(PY) -m ruff format --check .
	@$(PY) -m ruff check .
	@$(PY) -m mypy .

mutants: $(VENV)/.dev ## change the rules in domain/ one by one: do the tests notice? (hours; results: mutmut results)
	@WEERKLANK_TEST_EXAMPLES=10 $(VENV)/bin/mutmut run --max-children $(WORKERS)

bench: $(VENV)/.dev ## what people wait for in a browser, beside a bare Streamlit page: 1,000 and 100,000 dossiers, both databases
	@$(PY) -m bench

soak: $(VENV)/.dev ## ten people do 50,000 things: does the server grow, does anything fail? (hours)
	@$(PY) -m bench.soak

screenshots: $(VENV)/.dev ## make the pictures of the handbook again (needs Chromium)
	@$(PY) -m tests.browser.screenshots

lock: $(VENV)/.runtime ## pin requirements*.in again, with hashes
	@$(PY) -m pip install --quiet --disable-pip-version-check uv
	@$(PY) -m uv pip compile --quiet --upgrade --generate-hashes --universal --python-version 3.11 \
		--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" requirements.in -o requirements.txt
	@$(PY) -m uv pip compile --quiet --upgrade --generate-hashes --universal --python-version 3.11 \
		--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" requirements-dev.in -o requirements-dev.txt

.PHONY: help setup run demo test test-postgresql attack faults guards check mutants bench soak screenshots lock

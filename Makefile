# `make help` lists what there is. What is missing is fetched on its first use, into
# .tools and .venv, which git ignores; nothing is installed on the machine.

PYTHON ?= python3
UV := $(if $(shell command -v uv),uv,.tools/uv/bin/uv)
NEEDS_UV := $(filter .tools/%,$(UV))
export PATH := $(CURDIR)/.tools/uv/bin:$(PATH)
PINNED := pyproject.toml constraints.txt
# Also those that a service gets as they are; the tests look at what is rendered.
FIND_WORKFLOWS := find .github template -path '*/workflows/*.yml' -print0 | xargs -0

.DEFAULT_GOAL := help
.PHONY: help new test test-fast matrix matrix-row matrix-full bench lint docs docs-serve docs-record format pin release clean

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

new: .tools/new/.ready ## Generate a service: make new [DEST=path] [DATA="database=postgresql auth=jwt"]
	@.tools/new/bin/python scripts/new.py "$$DEST" "$$DATA"

# --- Checking ------------------------------------------------------------------------

test: .venv/.ready ## Every test: needs PostgreSQL, MariaDB and Redis on this machine, see CONTRIBUTING.md
	@.venv/bin/python -m pytest -n auto

test-fast: .venv/.ready ## The tests that neither install nor start a service
	@.venv/bin/python -m pytest -n auto -m "not live"

matrix: .venv/.ready ## Check every combination of answers without running it, and count
	@.venv/bin/python -m tests.matrix static

matrix-row: .venv/.ready ## Bring one service to life: make matrix-row answers="database=mysql auth=none"
	@test -n "$$answers" || { echo 'Say which: make matrix-row answers="database=mysql auth=none"'; exit 1; }
	@KEELSON_ROWS="$$answers" .venv/bin/python -m pytest tests/test_live.py

matrix-full: .venv/.ready ## Every test, with every triple of choices brought to life; takes long
	@KEELSON_ROWS=triples .venv/bin/python -m pytest -n auto

bench: .venv/.ready ## Measure services and generator: make bench [ROUNDS=3] [SECONDS=3] [ONLY=health,orm]
	@.venv/bin/python -m tests.bench $(if $(ROUNDS),--rounds $(ROUNDS)) \
		$(if $(SECONDS),--seconds $(SECONDS)) $(if $(ONLY),--only "$(ONLY)")

lint: .venv/.ready ## Check form, mistakes, types and spelling
	@.venv/bin/ruff format --check .
	@.venv/bin/ruff check .
	@.venv/bin/mypy
	@.venv/bin/typos
	@.venv/bin/shellcheck .ci/run
	@$(FIND_WORKFLOWS) .venv/bin/zizmor --offline --quiet --no-progress .github/dependabot.yml
	@$(FIND_WORKFLOWS) .venv/bin/check-jsonschema --quiet --builtin-schema vendor.github-workflows
	@.venv/bin/check-jsonschema --quiet --builtin-schema vendor.dependabot .github/dependabot.yml

format: .venv/.ready ## Put the code into form and mend what can be mended
	@.venv/bin/ruff check --fix .
	@.venv/bin/ruff format .

# --- The documentation -----------------------------------------------------------------

docs: export NO_MKDOCS_2_WARNING = 1
docs: .venv/.ready ## Build the site into .site; a link that leads nowhere is an error
	@.venv/bin/python -m mkdocs build --strict --quiet

docs-serve: export NO_MKDOCS_2_WARNING = 1
docs-serve: .venv/.ready ## Show the site at http://127.0.0.1:8001 while you write
	@.venv/bin/python -m mkdocs serve --dev-addr 127.0.0.1:8001

docs-record: .venv/.ready ## Type the terminal sessions of the pages again, and take their pictures
	@.venv/bin/python -m website.record
	@.venv/bin/python -m website.screenshots

# --- Looking after the tools ---------------------------------------------------------

pin: $(NEEDS_UV) ## Move constraints.txt to the newest versions that pyproject.toml allows
	@$(UV) pip compile --quiet --upgrade --universal --no-annotate --no-header --no-emit-index-url \
		--no-emit-find-links --group dev --output-file constraints.txt pyproject.toml

release: .venv/.ready ## Commit and tag a version, see CONTRIBUTING.md: make release VERSION=0.2.0
	@.venv/bin/python scripts/release.py "$$VERSION"

clean: ## Remove what tools have made
	rm -rf .tools .venv .site .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find hooks scripts template tests website -name __pycache__ -prune -exec rm -rf {} +

.tools/uv/bin/uv:
	@$(PYTHON) -m venv --clear .tools/uv
	@.tools/uv/bin/pip install --quiet uv

.tools/new/.ready: $(PINNED) | $(NEEDS_UV)
	@$(UV) venv --quiet --clear --python "$(PYTHON)" .tools/new
	@$(UV) pip install --quiet --python .tools/new --group new --constraints constraints.txt
	@touch $@

.venv/.ready: $(PINNED) | $(NEEDS_UV)
	@$(UV) venv --quiet --clear --python "$(PYTHON)" .venv
	@$(UV) pip install --quiet --python .venv --group dev --constraints constraints.txt
	@touch $@

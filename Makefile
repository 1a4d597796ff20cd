# `make` lists the targets. Each sets up what it needs; nothing is installed outside this folder.

PYTHON ?= python3
PYTEST_ARGS ?=

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup test lint format package plan-check demo run soak bench bench-classifier bench-surge bench-grouping train clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{ printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: .venv/dev.ready ## the virtual environment with everything that `make test` needs

test: .venv/dev.ready .venv-training/ready ## tests, lint and types: what must hold before a commit (under 3 minutes)
	.venv/bin/python -m pytest -n auto -m "not soak" $(PYTEST_ARGS)
	$(MAKE) --no-print-directory lint

lint: .venv/dev.ready ## ruff and mypy
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy

format: .venv/dev.ready ## let ruff put the code in shape
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

soak: .venv/dev.ready ## long randomised campaigns; each prints the seed that repeats it
	.venv/bin/python -m pytest -m soak $(PYTEST_ARGS)

plan-check: .venv/local.ready ## is the crisis plan right? says which field is wrong, and the mend
	.venv/bin/python -m vigie.planning check layers/plan/plan.yaml

demo: .venv/local.ready ## replay 90 minutes of a crisis through the whole system, and report
	.venv/bin/python -m local demo

run: .venv/local.ready ## stay up: HTTP API, incidents page, live replay (or X, with X_BEARER_TOKEN)
	.venv/bin/python -m local run

bench: .venv/dev.ready ## measure: JSON, and docs/performance.md (`make package` first for sizes)
	.venv/bin/python -m local bench --write

train: .venv-training/ready ## labelled posts (DATA=folder, CORRECTIONS=file) to the classifier's weights
	@test -n "$(DATA)" || { echo "make train: say DATA=folder"; exit 2; }
	PYTHONPATH=layers/core OMP_NUM_THREADS=1 PYTHONHASHSEED=0 .venv-training/bin/python -m training "$(DATA)" $(if $(TEACHER),--teacher "$(TEACHER)") $(if $(CORRECTIONS),--corrections "$(CORRECTIONS)") $(if $(DATE),--date "$(DATE)")

bench-classifier: .venv-training/ready ## labelled sets (SETS=folder, DATA= to compare) into docs/classifier.md
	@test -n "$(SETS)" || { echo "make bench-classifier: say SETS=folder"; exit 2; }
	PYTHONPATH=layers/core OMP_NUM_THREADS=1 .venv-training/bin/python -m local.bench.classifier "$(SETS)" $(if $(DATA),--data "$(DATA)") $(if $(TEACHER),--teacher "$(TEACHER)") --write

bench-surge: .venv/dev.ready ## surges as JSON; with DATA=folder of NAB's realTweets also docs/detection.md
	PYTHONPATH=layers/core .venv/bin/python -m local.bench.surge $(if $(DATA),"$(DATA)" --write)

bench-grouping: .venv/dev.ready ## grouping on labelled events (DATA=folder) into docs/grouping.md
	@test -n "$(DATA)" || { echo "make bench-grouping: say DATA=folder"; exit 2; }
	PYTHONPATH=layers/core .venv/bin/python -m local.bench.grouping "$(DATA)" --write

# ------------------------------------------------------------------------------------- packaging

export SAM_CLI_TELEMETRY = 0
# The SAM CLI wants a region even for what never leaves the machine.
AWS_DEFAULT_REGION ?= eu-west-3
export AWS_DEFAULT_REGION

package: .venv/dev.ready .venv-package/ready .venv-checkov/ready ## build with the SAM CLI and check what was built
	.venv/bin/cfn-lint template.yaml
	.venv-package/bin/sam validate --lint
	.venv-checkov/bin/checkov --config-file .checkov.yaml --file template.yaml
	find functions layers -name __pycache__ -type d -prune -exec rm -rf {} +
	.venv-package/bin/sam build
	.venv/bin/python packaging/check_imports.py
	.venv-package/bin/python packaging/check_env.py
	.venv/bin/python packaging/check_rie.py
	.venv/bin/python packaging/sizes.py

# ------------------------------------------------------------------------- virtual environments

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Vigie needs Python 3.11 or later; this is " + sys.version.split()[0] + ". Say which to use: make PYTHON=python3.13")'
	$(PYTHON) -m venv .venv

# What `make demo` and `make run` need, and no more.
.venv/local.ready: requirements/local.txt layers/dependencies/requirements.txt layers/dependencies/constraints.txt pyproject.toml | .venv/bin/python
	.venv/bin/python -m pip install -qq --disable-pip-version-check --requirement requirements/local.txt --constraint layers/dependencies/constraints.txt
	.venv/bin/python -m pip install -qq --disable-pip-version-check --no-deps --editable .
	@touch $@

.venv/dev.ready: requirements/dev.txt .venv/local.ready
	.venv/bin/python -m pip install -qq --disable-pip-version-check --requirement requirements/dev.txt --constraint layers/dependencies/constraints.txt
	@touch $@

.venv-training/ready: requirements/training.txt
	$(PYTHON) -m venv .venv-training
	.venv-training/bin/python -m pip install -qq --disable-pip-version-check --requirement requirements/training.txt
	@touch $@

# The SAM CLI and checkov each pin a boto3 of their own, hence an environment each.
.venv-package/ready: requirements/package.txt
	$(PYTHON) -m venv --clear .venv-package
	.venv-package/bin/python -m pip install -qq --disable-pip-version-check --requirement requirements/package.txt
	@touch $@

.venv-checkov/ready: requirements/checkov.txt
	$(PYTHON) -m venv --clear .venv-checkov
	.venv-checkov/bin/python -m pip install -qq --disable-pip-version-check --requirement requirements/checkov.txt
	@touch $@

clean: ## delete what was built and installed here
	rm -rf .venv .venv-package .venv-checkov .venv-training .aws-sam .build

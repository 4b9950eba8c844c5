# make              build bin/bench
# make test         everything that can be tested here
# make ci           that, and the race detector, a little fuzzing and the notebooks
# make install      install bench, its manual page and completions under PREFIX (/usr/local)
# make release      static binaries for other systems, into bin/release
# make claims       hold the figures of the documentation to the records (WRITE=1 puts them right)
# make power        how often comparisons of times are wrong, and what they find
# make speed        measure the times that the README quotes
# make published    time the published program, PUBLISHED=FILE, where python3 has torch
# make results      run the reference experiments again, into results/reference/
# make torture      kill it, cut and flip its files, fill its disk
# make scale        time and memory of the verbs on a sweep of a million records
# make benchmarks   time the strategies
# make cuda         build bin/bench with the CUDA backend (gcc; no CUDA toolkit)
# make cuda-quick   on a machine with a GPU: is it right there, and how fast
# make cuda-bench   on a machine with a GPU: verify, measure, record

GO ?= go
PACKAGES := ./...

.PHONY: build
build:
	$(GO) build -buildvcs=auto -o bin/bench ./cmd/bench

include strategies/cuda/cuda.mk

PREFIX ?= /usr/local
.PHONY: install
install: build
	install -D -m 755 bin/bench $(DESTDIR)$(PREFIX)/bin/bench
	install -d $(DESTDIR)$(PREFIX)/share/man/man1 $(DESTDIR)$(PREFIX)/share/bash-completion/completions
	bin/bench --man >$(DESTDIR)$(PREFIX)/share/man/man1/bench.1
	echo 'complete -C $(PREFIX)/bin/bench bench' >$(DESTDIR)$(PREFIX)/share/bash-completion/completions/bench

RELEASES := linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64
.PHONY: release
release:
	@set -e; for target in $(RELEASES); do \
	  os=$${target%/*}; arch=$${target#*/}; suffix=; [ $$os != windows ] || suffix=.exe; \
	  CGO_ENABLED=0 GOOS=$$os GOARCH=$$arch $(GO) build -buildvcs=auto -trimpath -ldflags '-s -w' -o bin/release/bench-$$os-$$arch$$suffix ./cmd/bench; \
	  echo bin/release/bench-$$os-$$arch$$suffix; done

# The CUDA backend is tested on a simulated driver, which g++ builds.
.PHONY: test
test: vet
	$(GO) test $(PACKAGES)
	@if command -v g++ >/dev/null; then $(MAKE) --no-print-directory cuda-test; \
	  else echo "skipped: the tests of the CUDA backend need g++"; fi
	@if command -v $(CLANG) >/dev/null; then $(MAKE) --no-print-directory ptx-check; \
	  else echo "skipped: whether the compiled kernels are fresh takes $(CLANG)"; fi

.PHONY: vet
vet:
	@files="$$(gofmt -l $$(git ls-files '*.go'))"; \
	  if [ -n "$$files" ]; then echo "gofmt would change: $$files"; exit 1; fi
	$(GO) vet $(PACKAGES)
	$(GO) vet -tags "torture scale power" ./cmd/bench
	$(GO) tool staticcheck $(PACKAGES)

.PHONY: race
race:
	$(GO) test -race -short $(PACKAGES)

# Each fuzz test for a few seconds; inputs that failed are kept under testdata.
FUZZTIME ?= 5s
.PHONY: fuzz
fuzz:
	@set -e; for package in $$(grep -rl --include=*_test.go '^func Fuzz' . | xargs -n1 dirname | sort -u); do \
	  for target in $$(grep -rhoE '^func Fuzz[A-Za-z0-9]+' $$package/*_test.go | cut -c6-); do \
	    echo "$$package $$target"; $(GO) test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) $$package; done; done

# What machines and people do to run directories: kills, cut files, flipped bits,
# full disks, forged records. Takes minutes.
.PHONY: torture
torture:
	$(GO) test -tags torture -run 'Kills|Truncations|BitFlips|Forged|FullDisk' -v -timeout 10m ./cmd/bench

# A made-up sweep of 10,000 cells and a million records, 600 MB. Takes minutes.
.PHONY: scale
scale:
	$(GO) test -tags scale -run TestScale -v -timeout 30m ./cmd/bench

.PHONY: benchmarks
benchmarks:
	$(GO) test -run '^$$' -bench . -benchmem ./strategies/...

# Executes the notebooks; make notebooks RUN=DIR reads that run directory.
.PHONY: notebooks
notebooks:
	notebooks/run.sh $(RUN)

# The answers of the plain Go code, which processors without AVX-512 run.
.PHONY: purego
purego:
	$(GO) test -tags purego ./strategies/cpu ./internal/core/draws

# Every fault that is planted in the assembly fails the tests of its package; make
# test plants one per file.
.PHONY: asm-mutants
asm-mutants:
	$(GO) test ./internal/asmtest -run TestPlantedFaultsAreCaught -count=1 -timeout 30m -v -all

# The same packing on every machine takes that no multiplication and addition are
# fused to one operation, as compilers for arm64 do where they may.
PORTABLE := packbench/(packing|placement|replay|strategies|internal/portable|internal/core/(draws|exchange|fill|lpt))
.PHONY: portable
portable:
	@GOOS=linux GOARCH=arm64 $(GO) build -o bin/bench-arm64 ./cmd/bench
	@if $(GO) tool objdump -s '$(PORTABLE)' bin/bench-arm64 | \
	  awk '/^TEXT/ {f=$$2} /FN?M(ADD|SUB)[SD]/ {print f, $$1; bad=1} END {exit bad}'; then :; \
	  else echo "these lines are compiled to fused operations: convert the product explicitly"; exit 1; fi
	@if command -v qemu-aarch64-static >/dev/null; then $(MAKE) --no-print-directory emulated; \
	  else echo "skipped: starting the arm64 program takes qemu-aarch64-static"; fi

# The arm64 program gives the packings and placements of this machine's.
.PHONY: emulated
emulated: build
	@qemu-aarch64-static bin/bench-arm64 --version
	@set -e; bin/bench dataset generate lognormal:layers=3,items=96,sigma=1 -o bin/emulated.npy >/dev/null; \
	  for s in lpt two-opt topk-max-any descent fill exact:nodes=1000; do \
	    for b in bin/bench "qemu-aarch64-static bin/bench-arm64"; do $$b pack -m 12 -s $$s bin/emulated.npy | sha256sum; done | uniq | wc -l | grep -qx 1 || \
	      { echo "$$s packs otherwise on arm64"; exit 1; }; done; \
	  for p in vllm balanced; do \
	    for b in bin/bench "qemu-aarch64-static bin/bench-arm64"; do $$b place --slots 112 --gpus 16 -p $$p -o - bin/emulated.npy 2>/dev/null | sha256sum; done | uniq | wc -l | grep -qx 1 || \
	      { echo "$$p plans otherwise on arm64"; exit 1; }; done

# Machines whose int has 32 bits.
.PHONY: narrow
narrow:
	GOARCH=386 $(GO) vet $(PACKAGES)

.PHONY: ci
ci: test race purego portable narrow claims
	$(MAKE) --no-print-directory fuzz FUZZTIME=3000x
	rm -rf bin/ci && $(GO) run ./cmd/bench run smoke --quiet -o bin/ci
	notebooks/run.sh bin/ci

# Every figure in these files is what the records say. Nothing is measured.
CLAIMS := README.md results/README.md results/POWER.md
.PHONY: claims
claims:
	$(GO) run ./cmd/claims $(if $(WRITE),-write) $(CLAIMS)

# The times that the README quotes. Take a quiet machine. The published program is
# not part of this repository: make published PUBLISHED=FILE times it where python3
# has torch.
SPEED := results/reference/speed.json
.PHONY: speed
speed: build
	$(GO) run ./cmd/speed -o $(SPEED)
	$(GO) run -tags purego ./cmd/speed -plain -o $(SPEED)
	$(GO) run ./cmd/speed -memory bin/bench -o $(SPEED)
	bin/bench throughput --rounds 31 -o results/reference/throughput.json

.PHONY: published
published:
	@if [ -z "$(PUBLISHED)" ]; then echo "name the published program: make published PUBLISHED=FILE.py"; exit 1; fi
	$(GO) run ./cmd/speed -published $(PUBLISHED) -o $(SPEED)

# Take a quiet machine. The page that quotes the counts is results/POWER.md.
POWER := 30m
.PHONY: power
power:
	$(GO) test -tags power -run TestPower -v -timeout 0 ./cmd/bench -budget $(POWER) -out $(CURDIR)/results/reference/power.json

# The reference results that the README shows. Take a quiet machine.
REFERENCE := seed shapes frontier convergence place replay
.PHONY: results
results: build
	@set -e; for e in $(REFERENCE); do rm -rf results/reference/$$e; \
	  bin/bench run $$e --shuffle-seed 1 -o results/reference/$$e; done

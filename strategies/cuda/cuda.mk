# The CUDA backend; included by the top Makefile.
#
# make cuda         build bin/bench with the CUDA backend: gcc, no CUDA toolkit
# make cuda-test    its tests, on the simulated driver (needs g++)
# make ptx          compile the kernels (needs clang 19); make ptx-check: are they fresh?
# make cubins       assemble the PTX for the GPUs there are (needs NVIDIA's ptxas, and zip)
# make ptxas        what ptxas makes of each kernel: registers, spills
# make cuda-quick   on a machine with a GPU: is it right here, and how fast (a minute)
# make cuda-bench   on a machine with a GPU: verify, measure, record under results/

CUDA_DIR := strategies/cuda
CUDA_CFLAGS := -g -O2 -I$(CURDIR)/$(CUDA_DIR)/driver/include
CLANG ?= clang-19
PTX_FLAGS := -x cuda --cuda-device-only -nocudainc -nocudalib --cuda-gpu-arch=sm_80 --cuda-feature=+ptx70 \
  -std=c++20 -O3 -ffp-contract=off -Wall -Wextra -S
KERNELS := $(wildcard $(CUDA_DIR)/kernels/*.cu)

.PHONY: cuda
cuda:
	CGO_ENABLED=1 CGO_CFLAGS="$(CUDA_CFLAGS)" go build -tags cuda -o bin/bench ./cmd/bench

.PHONY: cuda-test
cuda-test:
	CGO_ENABLED=1 CGO_CFLAGS="$(CUDA_CFLAGS)" go vet -tags cuda ./...
	CGO_ENABLED=1 CGO_CFLAGS="$(CUDA_CFLAGS)" go test -tags cuda ./strategies/cuda/...

# ptx.sum says which compiler made the PTX of which sources.
.PHONY: ptx
ptx:
	rm -rf $(CUDA_DIR)/kernels/ptx && mkdir $(CUDA_DIR)/kernels/ptx
	@set -e; for f in $(KERNELS); do CLANG="$(CLANG)" PTX_FLAGS="$(PTX_FLAGS)" $(CUDA_DIR)/compile-ptx.sh $$f $(CUDA_DIR)/kernels/ptx; done
	cd $(CUDA_DIR)/kernels && { $(CLANG) --version | grep -o 'clang version [0-9.]*'; sha256sum *.cu *.cuh ptx/*.ptx; } > ptx.sum

.PHONY: ptx-check
ptx-check:
	CLANG="$(CLANG)" PTX_FLAGS="$(PTX_FLAGS)" $(CUDA_DIR)/check-ptx.sh

# From NVIDIA's wheels: pip install nvidia-cuda-nvcc-cu12==12.9.86, then PTXAS=…/nvidia/cuda_nvcc/bin/ptxas.
# What CUDA 13's writes for sm_80 and sm_90 is the same code in a form that drivers of
# CUDA 12 may refuse.
PTXAS ?= ptxas

# One for each major compute capability: it runs on the minor ones above it too. Equal
# PTX gives equal bytes. cubins.sum says which assembler made the archive of which PTX.
CUBIN_ARCHS := sm_80 sm_90 sm_100 sm_120
.PHONY: cubins
cubins:
	rm -rf bin/cubins && mkdir -p $(CUBIN_ARCHS:%=bin/cubins/%)
	@set -e; for a in $(CUBIN_ARCHS); do for f in $(CUDA_DIR)/kernels/ptx/*.ptx; do \
	  $(PTXAS) -arch=$$a -o bin/cubins/$$a/$$(basename $$f .ptx).cubin $$f; done; done
	find bin/cubins -type f -exec chmod 644 {} + -exec env TZ=UTC touch -d 1980-01-01 {} +
	cd bin/cubins && find sm_* -type f | LC_ALL=C sort | TZ=UTC zip -9Xq cubins.zip -@
	mv bin/cubins/cubins.zip $(CUDA_DIR)/kernels
	$(PTXAS) --version | sed -n 's/.* V/ptxas /p' > $(CUDA_DIR)/kernels/cubins.sum
	cd $(CUDA_DIR)/kernels && sha256sum ptx/*.ptx cubins.zip >> cubins.sum

.PHONY: ptxas
ptxas:
	@for f in $(CUDA_DIR)/kernels/ptx/*.ptx; do for a in sm_80 sm_86 sm_89 sm_90 sm_100; do \
	  printf '%s %s: ' $$(basename $$f .ptx) $$a; \
	  $(PTXAS) -arch=$$a -v -o /dev/null $$f 2>&1 | awk '/spill/ {s = $$5 + $$9} /Used/ {for (i = 2; i <= NF; i++) if ($$i ~ /^registers/) r = $$(i - 1)} \
	    END {print r " registers, " s " bytes spilled"}'; done; done

# Both build bin/bench first. Where there is no Go they use it as it is: build it
# elsewhere (make cuda) and carry it here.
.PHONY: cuda-quick cuda-bench
cuda-quick:
	$(CUDA_DIR)/bench-gpu.sh quick
cuda-bench:
	$(CUDA_DIR)/bench-gpu.sh

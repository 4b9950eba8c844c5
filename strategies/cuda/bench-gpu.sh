#!/usr/bin/env bash
# Everything to do on a machine with a GPU, in one call: verify the CUDA backend
# on recorded and generated problems, then measure it beside the CPU and leave
# results with figures under results/gpu-<time>/.
#
#   BENCH       the program, built with make cuda (default bin/bench)
#   OUT         where to write (default results/gpu-<time>)
#   PUBLISHED   the published change as a text with SEARCH and REPLACE blocks;
#               with python3 and torch there, its two programs are timed on the
#               same loads (their code is no part of this repository)
#   EXPERIMENTS what to run (default "seed shapes")
#   REPEATS     runs of each cell, instead of the experiments'
#   LAYERS      of the published comparison's problem (default 58)
#
# compute-sanitizer runs first where it is installed.
set -euo pipefail
cd "$(dirname "$0")/../.."
BENCH=${BENCH:-bin/bench}
OUT=${OUT:-results/gpu-$(date -u +%Y%m%dT%H%M%SZ)}
EXPERIMENTS=${EXPERIMENTS:-seed shapes}
if [ ! -x "$BENCH" ]; then
  make cuda
fi
mkdir -p "$OUT"
say() { echo "== $*" | tee -a "$OUT/log.txt"; }

say environment
"$BENCH" env | tee "$OUT/environment.txt"
if command -v nvidia-smi >/dev/null; then
  nvidia-smi --query-gpu=name,driver_version,clocks.sm,clocks.max.sm,clocks.mem,power.limit,pcie.link.gen.current,pcie.link.width.current \
    --format=csv | tee -a "$OUT/environment.txt"
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$BENCH" dataset generate "lognormal:sigma=1,layers=${LAYERS:-58},items=288" --seed 1 -o "$work/loads.npy"

# First the fast kernels, then the general ones, on shapes that fill no block.
if command -v compute-sanitizer >/dev/null; then
  "$BENCH" dataset generate lognormal:layers=3,items=297 --seed 1 -o "$work/small.npy"
  "$BENCH" dataset generate lognormal:layers=2,items=1161 --seed 1 -o "$work/large.npy"
  for tool in memcheck racecheck initcheck synccheck; do
    for strategy in topk-max-any two-opt; do
      say "compute-sanitizer $tool, $strategy"
      compute-sanitizer --tool $tool --error-exitcode 9 "$BENCH" pack -m 27 --backend cuda -s "$strategy:candidates=13,k=3" -o "$work/packed.json" "$work/small.npy" 2>&1 | tee -a "$OUT/log.txt"
      compute-sanitizer --tool $tool --error-exitcode 9 "$BENCH" pack -m 129 --backend cuda -s "$strategy:candidates=5,k=2" -o "$work/packed.json" "$work/large.npy" 2>&1 | tee -a "$OUT/log.txt"
    done
  done
fi

say "verification on every recorded packing"
"$BENCH" verify --backend cuda | tee "$OUT/verify.txt"
for experiment in $EXPERIMENTS; do
  say "verification on the problems of $experiment"
  "$BENCH" verify --backend cuda --experiment "$experiment" | tee -a "$OUT/verify.txt"
done

# The one problem of the published comparison, many times: the figure to quote.
cat > "$work/published.yaml" <<YAML
name: published-shape
description: ${LAYERS:-58} layers of 288 items on 32 packs, log-normal loads, the published strategies
strategies: [lpt, two-opt, topk-max-any]
workloads: [{file: loads.npy}]
packs: [32]
backends: [cpu, cuda]
seeds: [1]
repeats: 50
warmup: 5
YAML
cp "$work/loads.npy" "$work/published.yaml" "$OUT"
say "${LAYERS:-58} × 288 × 32"
"$BENCH" run "$OUT/published.yaml" -o "$OUT/published-shape" ${REPEATS:+--repeats "$REPEATS"} | tee -a "$OUT/log.txt"
if [ -n "${PUBLISHED:-}" ] && python3 -c 'import torch' 2>/dev/null; then
  say "the published program on the same loads"
  python3 strategies/cuda/time-published.py "$PUBLISHED" "$OUT/loads.npy" 32 | tee "$OUT/published-program.json"
fi

for experiment in $EXPERIMENTS; do
  say "experiment $experiment"
  "$BENCH" run "$experiment" -o "$OUT/$experiment" ${REPEATS:+--repeats "$REPEATS"} | tee -a "$OUT/log.txt"
done
say "done: commit $OUT"

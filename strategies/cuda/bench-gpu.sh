#!/usr/bin/env bash
# Everything to do on a machine with a GPU, in one call from any folder: verify the
# CUDA backend, then measure it beside the CPU and leave run directories with
# figures under results/gpu-<time>/.
#
#   bench-gpu.sh          all of it, in the order: correctness, the published
#                         problem, experiments; about ten minutes
#   bench-gpu.sh quick    is it right here, and how fast: a minute
#
#   BENCH       the program, built with make cuda; default bin/bench, which is built
#               first where it can be, and else taken as it is
#   OUT         where to write (default results/gpu-<time>)
#   PUBLISHED   the published change as a text with SEARCH and REPLACE blocks;
#               with python3 and torch there, its two programs are timed on the
#               same loads (their code is no part of this repository)
#   CHECKS      problems to verify first (default every-kernel)
#   EXPERIMENTS what to run (default "seed shapes frontier-gpu")
#   REPEATS     runs of each cell, instead of the experiments'; rounds of throughput
#   LAYERS      of the published comparison's problem (default 58)
#   TOOLS       of compute-sanitizer, where it is installed (default all four)
set -euo pipefail
mode=${1:-all}
case $mode in all | quick) ;; *) echo "bench-gpu.sh: $mode: use quick, or nothing for all of it" >&2; exit 2 ;; esac
root=$(cd "$(dirname "$0")/../.." && pwd)
cuda=$root/strategies/cuda
# Paths are the caller's.
named=${BENCH:-}
BENCH=$(realpath -m "${BENCH:-$root/bin/bench}")
OUT=$(realpath -m "${OUT:-$root/results/gpu-$(date -u +%Y%m%dT%H%M%SZ)}")
PUBLISHED=${PUBLISHED:+$(realpath -m "$PUBLISHED")}
CHECKS=${CHECKS:-every-kernel}
TOOLS=${TOOLS-memcheck racecheck initcheck synccheck}
EXPERIMENTS=${EXPERIMENTS:-seed shapes frontier-gpu}
# A bin/bench may be there from go build, without CUDA, or from an earlier commit.
if [ -z "$named" ] && command -v go >/dev/null; then
  make --no-print-directory -C "$root" cuda || echo "bench-gpu.sh: not built: taking $BENCH as it is" >&2
fi
if [ ! -x "$BENCH" ]; then
  echo "bench-gpu.sh: there is no $BENCH: build it where Go and gcc are (make cuda), and bring it here" >&2
  exit 2
fi
mkdir -p "$OUT"
cd "$OUT"
say() { echo "== $*" | tee -a log.txt; }
# An experiment of this folder by its path, a built-in one by its name.
experiment() { if [ -f "$cuda/$1.yaml" ]; then echo "$cuda/$1.yaml"; else echo "$1"; fi; }

say environment
"$BENCH" env | tee environment.txt
if command -v nvidia-smi >/dev/null; then
  nvidia-smi --query-gpu=name,driver_version,clocks.sm,clocks.max.sm,clocks.mem,power.limit,pcie.link.gen.current,pcie.link.width.current \
    --format=csv | tee -a environment.txt
fi

say "verification on every recorded packing, and on the problems of $CHECKS"
"$BENCH" verify --backend cuda --experiment "$(experiment "$CHECKS")" | tee verify.txt

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# Every family of kernels: few candidates and many, small packs and large, words with
# truncated ties, more items than words take; on shapes that fill no block.
sanitize() { # tool name items packs strategy loads
  say "compute-sanitizer $1, $2"
  case $6 in *:*) loads="$6,layers=$3" ;; *) loads="$6:layers=$3" ;; esac
  "$BENCH" dataset generate "$loads" --seed 1 -o "$work/loads.npy"
  compute-sanitizer --tool "$1" --error-exitcode 9 "$BENCH" pack -m "$4" --backend cuda -s "$5" -o "$work/packed.json" "$work/loads.npy" 2>&1 | tee -a log.txt
}
if [ "$mode" = all ] && command -v compute-sanitizer >/dev/null; then
  cut="hot=0.05,ratio=1000000,spread=0.00001"
  for tool in $TOOLS; do
    sanitize $tool quick 3,items=297 27 topk-max-any:candidates=13,k=3 lognormal
    sanitize $tool lanes 60,items=68 17 topk-max-any:candidates=41,k=3 "bimodal:$cut"
    sanitize $tool two-opt 60,items=288 32 two-opt:candidates=41,k=3 lognormal
    sanitize $tool rounds 3,items=290 29 topk-max-any:candidates=13,k=3,rounds=30 "bimodal:$cut"
    sanitize $tool select 3,items=60 20 topk-max-any:candidates=300,k=20 lognormal
    sanitize $tool lpt 3,items=297 27 lpt lognormal
    sanitize $tool pairs 3,items=297 27 max-any-pairs:candidates=9,k=4,epsilon=0 lognormal
    sanitize $tool large 2,items=1161 129 topk-max-any:candidates=5,k=2 lognormal
    sanitize $tool larger 2,items=4530 302 two-opt:candidates=5,k=2 lognormal
    say "compute-sanitizer $tool, several sizes in one call, by a graph"
    compute-sanitizer --tool "$tool" --error-exitcode 9 "$BENCH" throughput 3x45x9,2x72x8,1x297x27 --problems 5 --rounds 1 --backend cuda 2>&1 | tee -a log.txt
  done
fi
if [ "$mode" = all ]; then
  for e in $EXPERIMENTS; do
    say "verification on the problems of $e"
    "$BENCH" verify --backend cuda --experiment "$(experiment "$e")" | tee -a verify.txt
  done
fi

# The one problem of the published comparison, many times: the figure to quote.
"$BENCH" dataset generate "lognormal:sigma=1,layers=${LAYERS:-58},items=288" --seed 1 -o loads.npy
cat > published.yaml <<YAML
name: published-shape
description: ${LAYERS:-58} layers of 288 items on 32 packs, log-normal loads, the published strategies and swaps of pairs
strategies: [lpt, two-opt, topk-max-any, max-any-pairs, "max-any-pairs:wide"]
workloads: [{file: loads.npy}]
packs: [32]
backends: [cpu, cuda]
seeds: [1]
repeats: 50
warmup: 5
YAML
# With the kernels as they come, then compiled by the driver.
for jit in 0 1; do
  export CUDA_CACHE_DISABLE=1 CUDA_FORCE_PTX_JIT=$jit
  say "the first packing of a fresh process; $("$BENCH" env | grep -o 'kernels loaded: .*')"
  start=$(date +%s%N)
  "$BENCH" pack -m 32 --backend cuda -s topk-max-any -o "$work/first-$jit.json" loads.npy
  say "$((($(date +%s%N) - start) / 1000000)) ms"
done
unset CUDA_CACHE_DISABLE CUDA_FORCE_PTX_JIT
cmp "$work/first-0.json" "$work/first-1.json"
say "${LAYERS:-58} × 288 × 32"
"$BENCH" run published.yaml -o published-shape ${REPEATS:+--repeats "$REPEATS"} | tee -a log.txt
if [ -n "$PUBLISHED" ] && python3 -c 'import torch' 2>/dev/null; then
  say "the published program on the same loads"
  python3 "$cuda/time-published.py" "$PUBLISHED" loads.npy 32 | tee published-program.json
fi
say "many problems, in a call each and in one call"
for backend in cpu cuda; do
  "$BENCH" throughput --backend $backend -o throughput-$backend.json ${REPEATS:+--rounds "$REPEATS"} | tee -a log.txt
done
if [ "$mode" = quick ]; then
  say "done: this GPU gives the packings of the CPU, as fast as the table says; $OUT has the runs"
  exit
fi

for e in $EXPERIMENTS; do
  say "experiment $e"
  "$BENCH" run "$(experiment "$e")" -o "$e" ${REPEATS:+--repeats "$REPEATS"} | tee -a log.txt
done
say "done: commit $OUT"

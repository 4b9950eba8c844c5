#!/bin/sh
# Fails when the committed PTX is not what "make ptx" would make.
#
# The sums of sources and PTX must be those in ptx.sum, which needs no compiler.
# Where the compiler is the very version that made the PTX, the kernels are
# compiled again and compared; another version may write other PTX from the same
# sources, so then that is left out and said.
set -eu
cd "$(dirname "$0")/kernels"

if ! tail -n +2 ptx.sum | sha256sum --check --quiet; then
  echo "the kernels' PTX is stale: run make ptx and commit kernels/" >&2
  exit 1
fi
for source in *.cu *.cuh; do
  grep -q "  $source\$" ptx.sum || { echo "$source is not in ptx.sum: run make ptx and commit kernels/" >&2; exit 1; }
done

made_by=$(head -n 1 ptx.sum)
if ! command -v "$CLANG" >/dev/null; then
  echo "sources and PTX fit; $CLANG is not installed, so they were not compiled again"
  exit 0
fi
here=$("$CLANG" --version | grep -o 'clang version [0-9.]*')
if [ "$made_by" != "$here" ]; then
  echo "sources and PTX fit; made by $made_by, here is $here, so they were not compared byte for byte"
  exit 0
fi
new=$(mktemp)
trap 'rm -f "$new"' EXIT
for source in *.cu; do
  # shellcheck disable=SC2086 # the flags are words
  "$CLANG" $PTX_FLAGS -o "$new" "$source"
  cmp "$new" "${source%.cu}.ptx" || { echo "${source%.cu}.ptx is stale: run make ptx and commit kernels/" >&2; exit 1; }
done
echo "sources and PTX fit, byte for byte"

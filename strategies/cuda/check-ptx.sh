#!/bin/sh
# Fails when the committed PTX is not what "make ptx" would make.
#
# The sums of sources and PTX must be those in ptx.sum, which needs no compiler.
# Where the compiler is the very version that made the PTX, the kernels are
# compiled again and compared; another version may write other PTX from the same
# sources, so then that is left out and said.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/kernels"
stale() { echo "$1: run make ptx and commit kernels/" >&2; exit 1; }

tail -n +2 ptx.sum | sha256sum --check --quiet || stale "the kernels' PTX is stale"
for file in *.cu *.cuh ptx/*.ptx; do
  grep -q "  $file\$" ptx.sum || stale "$file is not in ptx.sum"
done

made_by=$(head -n 1 ptx.sum)
if ! command -v "$CLANG" >/dev/null; then
  echo "sources and PTX fit; $CLANG is not installed, so they were not compiled again"
  exit 0
fi
this=$("$CLANG" --version | grep -o 'clang version [0-9.]*')
if [ "$made_by" != "$this" ]; then
  echo "sources and PTX fit; made by $made_by, here is $this, so they were not compared byte for byte"
  exit 0
fi
new=$(mktemp -d)
trap 'rm -rf "$new"' EXIT
for source in *.cu; do
  "$here/compile-ptx.sh" "$source" "$new"
done
diff -rq "$new" ptx || stale "the kernels' PTX is stale"
echo "sources and PTX fit, byte for byte"

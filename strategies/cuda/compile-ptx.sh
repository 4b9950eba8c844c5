#!/bin/sh
# Compiles a kernel source to PTX, a file for each kernel in it: a program loads
# only those that it runs, and the driver takes as long as there is code.
#
#   CLANG=clang-19 PTX_FLAGS=... compile-ptx.sh SOURCE.cu FOLDER
set -eu
# shellcheck disable=SC2086 # the flags are words
"$CLANG" $PTX_FLAGS -o - "$1" | awk -v folder="$2" '
  /^\.visible \.entry / { name = $3; sub(/\(.*/, "", name); file = folder "/" name ".ptx"; printf "%s", header > file }
  !file && !/^[ \t]*\/\// { header = header $0 "\n" }
  file { print > file }
  file && /^}/ { close(file); file = "" }
'

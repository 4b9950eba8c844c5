#!/bin/sh
# Executes the notebooks without a browser and fails where a cell does:
#
#   notebooks/run.sh [RUN_DIRECTORY]
#
# Without a run directory they read results/reference/seed. The executed
# notebooks and a page of each are written to notebooks/executed. The packages
# of requirements.txt are installed into a virtual environment, $VENV or
# notebooks/.venv.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
venv=${VENV:-$here/.venv}
out=$here/executed

if [ $# -gt 0 ]; then
  PACKBENCH_RUN=$(cd "$1" && pwd)
  export PACKBENCH_RUN
fi

if ! cmp -s "$here/requirements.txt" "$venv/installed.txt"; then
  "${PYTHON:-python3}" -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt"
  cp "$here/requirements.txt" "$venv/installed.txt"
fi

mkdir -p "$out"
for notebook in reproduce explore; do
  "$venv/bin/python" -m nbconvert --log-level=WARN --execute --to notebook --output-dir "$out" "$here/$notebook.ipynb"
  "$venv/bin/python" -m nbconvert --log-level=ERROR --to html --output-dir "$out" "$out/$notebook.ipynb"
  echo "$out/$notebook.html"
done

"""Reads the run directories of bench into pandas, for the notebooks."""

import json
import os
from pathlib import Path

import numpy as np
import pandas as pd

AXES = ["strategy", "workload", "packs", "backend", "rng", "seed"]

# The colours of the report's figures: a strategy has the same everywhere.
COLOURS = {
    "lpt": "#D98C00",
    "two-opt": "#0072B2",
    "topk-max-any": "#7A1F4C",
    "descent": "#009E73",
    "exact": "#6B6B6B",
}
OTHERS = ["#CC4C02", "#3A96D0", "#C46A9B", "#009E73", "#6B6B6B"]


def find(default):
    """The run directory: $PACKBENCH_RUN, else default beside this file."""
    path = Path(os.environ.get("PACKBENCH_RUN") or (Path(__file__).parent / default).resolve())
    if not (path / "manifest.json").exists():
        raise FileNotFoundError(
            f"{path} is no run directory: make one with `bench run -o DIR` and set PACKBENCH_RUN=DIR"
        )
    return path


class Run:
    """A run directory.

    manifest  what was asked and where it ran, as in manifest.json
    runs      a row per run: the axes, repeat, status, reason, time_ns, hashes
    layers    a row per layer of each cell that is done: the axes, layer,
              imbalance, max, min, mean, lower_bound, gap
    strategies, workloads   in the order of the plan
    """

    def __init__(self, path):
        self.path = Path(path)
        self.manifest = json.loads((self.path / "manifest.json").read_text())
        with open(self.path / "records.jsonl") as lines:
            # A last line that was cut short when a machine died is no record.
            records = [json.loads(line) for line in lines if line.endswith("\n")]
        cells = self.manifest["cells"]
        self.strategies = list(dict.fromkeys(cell["strategy"] for cell in cells))
        self.workloads = list(dict.fromkeys(cell["workload"] for cell in cells))
        planned = {cell["key"] for cell in cells}
        pending = planned - {record["key"] for record in records}
        if pending:
            print(f"{len(pending)} of {len(planned)} cells have no record yet: bench run --resume {path}")
        self.runs = pd.DataFrame(records).drop(columns=["quality", "stages"], errors="ignore")
        for column in ["reason", "time_ns", "packing_hash"]:  # absent where no run has one
            if column not in self.runs:
                self.runs[column] = np.nan
        self.layers = pd.concat([_layers(r) for r in records if r.get("quality")], ignore_index=True)

    @property
    def done(self):
        """The runs that are done, with their time in ms."""
        done = self.runs[self.runs.status == "done"]
        return done.assign(time_ms=done.time_ns / 1e6)

    @property
    def troubles(self):
        """The cells with runs that are not done, by status and reason."""
        bad = self.runs[self.runs.status != "done"]
        return bad.groupby(["status", "reason", "backend", "strategy"]).size().rename("runs").reset_index()

    def side_by_side(self, measure, backend="cpu"):
        """A column of the measure per strategy, a row per workload, packs, seed and layer."""
        layers = self.layers[self.layers.backend == backend]
        rows = ["workload", "packs", "rng", "seed", "layer"]
        return layers.pivot(index=rows, columns="strategy", values=measure)


def _layers(record):
    frame = pd.DataFrame({k: v for k, v in record["quality"].items() if v is not None})
    frame.insert(0, "layer", range(len(frame)))
    for axis in reversed(AXES):
        frame.insert(0, axis, record[axis])
    bound = frame.lower_bound.where(frame.lower_bound > 0)
    frame["gap"] = ((frame["max"] - bound) / bound).clip(lower=0).fillna(0)
    return frame


MARKERS = ["o", "s", "D", "^", "v", "P", "X"]


def colours(strategies):
    """A colour per strategy."""
    spare = iter(OTHERS * len(strategies))
    return {s: COLOURS.get(s) or next(spare) for s in strategies}


def median_interval(values, confidence=0.95):
    """The median and its exact interval from order statistics; NaN ends for too few values."""
    from scipy.stats import binom

    values = np.sort(np.asarray(values, dtype=float))
    n = len(values)
    k = int(binom.ppf((1 - confidence) / 2, n, 0.5)) - 1  # the largest with P(X ≤ k) below the tail
    if k < 0:
        return np.median(values), np.nan, np.nan
    return np.median(values), values[k], values[n - 1 - k]


def holm(p):
    """p values adjusted for their number (Holm 1979)."""
    p = np.asarray(p, dtype=float)
    order = np.argsort(p, kind="stable")
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(1, np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1)))
    return adjusted


def log_ticks(*axes):
    """Few, plain tick labels on logarithmic axes, also where they span less than a decade."""
    from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter, NullLocator

    for axis in axes:
        low, high = sorted(axis.get_view_interval())
        decades = np.log10(high / low)
        if decades > 0.5:
            axis.set_major_locator(LogLocator(subs=[1.0] if decades > 1.5 else [1.0, 2.0, 5.0], numticks=5))
        else:
            axis.set_major_locator(MaxNLocator(3))
            axis.set_minor_locator(NullLocator())
        axis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:g}"))
        axis.set_minor_formatter(NullFormatter())

"""Reads the run directories of bench into pandas, for the notebooks."""

import json
import os
from pathlib import Path

import numpy as np
import pandas as pd

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

    Its columns follow from what the manifest declares: an axis or a measure
    that is declared anew is a column without a change here.

    manifest   what was asked and where it ran, as in manifest.json
    axes       the names of the axes, in the order of tables
    measures   the declarations of the measures, by name
    runs       a row per run: key, the axes, repeat, status, reason, a column
               per measure of runs (times end in _ns), hashes
    every_layer  a row per layer of each cell that is done: the axes, layer, a
               column per measure of layers, recorded or derived; see derive
    layers     the same without idle layers, which have no load: nothing can
               be said about how well they are packed
    strategies, workloads   in the order of the plan
    """

    def __init__(self, path):
        self.path = Path(path)
        self.manifest = json.loads((self.path / "manifest.json").read_text())
        with open(self.path / "records.jsonl") as lines:
            # A last line that was cut short when a machine died is no record.
            records = [json.loads(line) for line in lines if line.endswith("\n")]
        if self.manifest["format"] == 1:
            records = [_from_format_1(r) for r in records]
            self.manifest = {**self.manifest, **_declarations_1(self.manifest)}
        elif self.manifest["format"] != 2:
            raise ValueError(f"{path} has format {self.manifest['format']}: this notebook reads 1 and 2")
        self.roles = {axis["name"]: axis["role"] for axis in self.manifest["axes"]}
        self.axes = list(self.roles)
        self.measures = {m["name"]: m for m in self.manifest["measures"]} | DERIVED
        cells = self.manifest["cells"]
        self.strategies = list(dict.fromkeys(cell["cell"]["strategy"] for cell in cells))
        self.workloads = list(dict.fromkeys(cell["cell"]["workload"] for cell in cells))
        planned = {cell["key"] for cell in cells}
        pending = planned - {record["key"] for record in records}
        if pending:
            print(f"{len(pending)} of {len(planned)} cells have no record yet: bench run --resume {path}")
        self.runs = pd.DataFrame([self._run(r) for r in records])
        layers = [self._layers(r) for r in records if r.get("layer")]
        self.every_layer = pd.concat(layers, ignore_index=True) if layers else pd.DataFrame()
        self.layers = self.every_layer[self.every_layer["max"] > 0].reset_index(drop=True) if layers else self.every_layer

    def by_role(self, *roles):
        """The axes of the given roles: subject, platform, problem, setting, replicate."""
        return [axis for axis in self.axes if self.roles[axis] in roles]

    def label(self, axis, value):
        """The name to show for a value on an axis."""
        return self.manifest.get("labels", {}).get(axis, {}).get(value, value)

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

    @property
    def layer_measures(self):
        """The names of the measures of layers that this run has."""
        return [name for name in self.measures if name in self.layers]

    def side_by_side(self, measure, backend="cpu"):
        """A column of the measure per strategy, a row per layer of each problem, setting and replicate."""
        layers = self.layers[self.layers.backend == backend]
        rows = [axis for axis in self.by_role("problem", "setting", "replicate") if layers[axis].notna().all()]
        return layers.pivot(index=[*rows, "layer"], columns=self.by_role("subject"), values=measure).pipe(_plain_columns)

    def summary(self):
        """summary.csv, which the program wrote: its own statistics of each cell; None before it is there."""
        path = self.path / "summary.csv"
        return pd.read_csv(path) if path.exists() else None

    def _place(self, record):
        return {"key": record["key"]} | {axis: record["cell"].get(axis) for axis in self.axes}

    def _run(self, record):
        row = self._place(record)
        for column in ["repeat", "status", "reason", "start", "workload_hash", "environment"]:
            row[column] = record.get(column)
        row["packing_hash"] = record.get("answer_hash")
        row["invocation"] = record.get("invocation", 0)  # which process made the run
        for name, measure in self.measures.items():
            if measure["scope"] == "run":
                column = name + "_ns" if measure["unit"] == "ns" else name
                row[column] = record.get("run", {}).get(name, np.nan)
        return row

    def _layers(self, record):
        frame = pd.DataFrame({k: v for k, v in record["layer"].items() if v is not None})
        frame.insert(0, "layer", range(len(frame)))
        for name, value in reversed(self._place(record).items()):
            frame.insert(0, name, value)
        return derive(frame)


def _plain_columns(frame):
    """One strategy axis gives plain columns, not tuples."""
    if isinstance(frame.columns, pd.MultiIndex) and frame.columns.nlevels == 1:
        frame.columns = frame.columns.get_level_values(0)
    return frame


# The measures that follow from recorded ones, as the program defines them
# (package analysis); reproduce.ipynb holds them against summary.csv.
DERIVED = {
    name: {"name": name, "unit": "ratio", "better": better, "scope": "layer", "meaning": meaning}
    for name, better, meaning in [
        ("max_over_mean", "lower", "max/mean load of the packs; 1 is perfect"),
        ("balancedness", "higher", "mean/max load of the packs; 1 is perfect"),
        ("gap", "lower", "(max load − lower bound)/lower bound; 0 is optimal"),
        ("relative_imbalance", "lower", "(max − min load)/mean load of the packs"),
    ]
}


def derive(layers):
    """The layers with the DERIVED measures; a layer without load has the perfect value of each."""

    def ratio(a, b, perfect):
        return (a / b.where(b != 0)).fillna(perfect)

    heaviest, mean, bound = layers["max"], layers["mean"], layers["lower_bound"]
    return layers.assign(
        max_over_mean=ratio(heaviest, mean, 1),
        balancedness=ratio(mean, heaviest, 1),
        gap=(ratio(heaviest, bound, 1) - 1).clip(lower=0),
        relative_imbalance=ratio(heaviest - layers["min"], mean, 0),
    )


# Directories of format 1 had these axes and measures, and no declarations.
_AXES_1 = {"workload": "problem", "packs": "problem", "seed": "replicate", "rng": "setting", "backend": "platform", "strategy": "subject"}


def _declarations_1(manifest):
    def measure(name, unit, better="", scope="layer"):
        return {"name": name, "unit": unit, "better": better, "scope": scope}

    measures = [measure("time", "ns", "lower", "run"), measure("imbalance", "load", "lower"), measure("max", "load", "lower"), measure("min", "load", "higher")]
    measures += [measure("mean", "load"), measure("lower_bound", "load"), measure("optimal", "truth")]
    cells = [{"key": c["key"], "cell": {axis: c[axis] for axis in _AXES_1}} for c in manifest["cells"]]
    return {"axes": [{"name": name, "role": role} for name, role in _AXES_1.items()], "measures": measures, "cells": cells}


def _from_format_1(record):
    new = {k: record.get(k) for k in ["key", "repeat", "status", "reason", "start", "workload_hash", "environment"]}
    new["cell"] = {axis: record[axis] for axis in _AXES_1}
    new["answer_hash"], new["layer"] = record.get("packing_hash"), record.get("quality")
    if record.get("time_ns"):
        new["run"] = {"time": record["time_ns"]}
    return new


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

"""Times balanced_packing of a Python file: published.py FILE NAME=PACKS=LOADS.npy …

Writes {"published/NAME/THREADS": ns} to standard output: the median of six runs
after one to warm up, on one thread and on two.
"""

import importlib.util
import json
import statistics
import sys
import time

import numpy
import torch


def load(path):
    spec = importlib.util.spec_from_file_location("published", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    if not hasattr(module, "balanced_packing"):
        sys.exit(f"{path} has no function balanced_packing(weight, num_packs)")
    return module.balanced_packing


def median(pack, weight, packs):
    times = []
    for run in range(7):
        torch.manual_seed(run)
        begin = time.perf_counter_ns()
        pack(weight, packs)
        if run > 0:
            times.append(time.perf_counter_ns() - begin)
    return statistics.median(times)


def main(path, problems):
    pack = load(path)
    values = {}
    for problem in problems:
        name, packs, file = problem.split("=", 2)
        weight = torch.from_numpy(numpy.load(file))
        for threads in (1, 2):
            torch.set_num_threads(threads)
            values[f"published/{name}/{threads}"] = median(pack, weight, int(packs))
    json.dump(values, sys.stdout)


main(sys.argv[1], sys.argv[2:])

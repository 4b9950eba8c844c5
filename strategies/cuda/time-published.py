"""Times the published program on a GPU and on the CPU, as it is.

    python3 time-published.py CHANGE LOADS.npy PACKS [REPEATS]

CHANGE is the published change: a text with one block between <<<<<<< SEARCH and
======= (the program before: single-best 2-opt) and one between ======= and
>>>>>>> REPLACE (after: top-K Max-Any). The blocks are executed, not kept. Writes
JSON: medians and all times in ns of balanced_packing(weight, num_packs) with the
weights in the device's memory, and in the host's with both copies.
"""

import json
import re
import statistics
import sys
import time

import numpy as np
import torch


def programs(text):
    blocks = re.search(r"<<<<<<< SEARCH\n(.*?)\n=======\n(.*?)\n>>>>>>> REPLACE", text, re.S)
    if not blocks:
        sys.exit("no SEARCH and REPLACE blocks in the published change")
    return {"two-opt": blocks.group(1), "topk-max-any": blocks.group(2)}


def measure(run, repeats):
    for _ in range(3):
        run()
    times = []
    for _ in range(repeats):
        start = time.perf_counter_ns()
        run()
        times.append(time.perf_counter_ns() - start)
    return {"median_ns": statistics.median(times), "times_ns": times}


def main():
    change, loads, packs = sys.argv[1], sys.argv[2], int(sys.argv[3])
    repeats = int(sys.argv[4]) if len(sys.argv) > 4 else 20
    with open(change, encoding="utf-8") as file:
        sources = programs(file.read())
    host = torch.from_numpy(np.load(loads).astype(np.float32))
    result = {"torch": torch.__version__, "shape": [*host.shape, packs], "cpu_threads": torch.get_num_threads()}
    if torch.cuda.is_available():
        result["gpu"] = torch.cuda.get_device_name()
    for name, source in sources.items():
        module = {"torch": torch}
        exec(compile(source, name, "exec"), module)
        pack = module["balanced_packing"]
        torch.manual_seed(0)
        result[name] = {"cpu": measure(lambda: pack(host, packs), max(3, repeats // 4))}
        if not torch.cuda.is_available():
            continue
        weight = host.cuda()

        def resident():
            pack(weight, packs)
            torch.cuda.synchronize()

        def end_to_end():
            index, rank = pack(host.cuda(), packs)
            index.cpu(), rank.cpu()

        result[name]["cuda"] = measure(resident, repeats)
        result[name]["cuda_with_copies"] = measure(end_to_end, repeats)
    json.dump(result, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()

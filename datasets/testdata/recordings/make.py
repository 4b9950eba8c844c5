"""Makes recordings as inference engines write them, with PyTorch and
safetensors: python3 make.py

The loads are those of loads.json, [2 steps, 2 layers, 3 experts]. Slots 0 to 3
hold experts 0, 1, 2, 0 in layer 0 and 2, 1, 0, 1 in layer 1.
"""

import json
import os
import struct

import torch

loads = torch.tensor(json.load(open("loads.json")), dtype=torch.int32)
slots = torch.tensor([[0, 1, 2, 0], [2, 1, 0, 1]])

# SGLang's recorder: stat, with a ring buffer that is not full.
torch.save({"rank": 0, "logical_count": loads, "average_utilization_rate_over_window": 0.5}, "stat.pt")
ring = torch.zeros(4, 2, 3, dtype=torch.int32)
ring[:2] = loads
torch.save({"rank": 0, "logical_count": ring, "average_utilization_rate_over_window": None}, "ring.pt")


def physical(step, rank):
    """The share of rank in the tokens of each slot: one token of each expert with rank 1, the rest with rank 0; copies share evenly."""
    out = torch.zeros(2, 4, dtype=torch.int32)
    for layer in range(2):
        for expert in range(3):
            held = [s for s in range(4) if slots[layer, s] == expert]
            total = 1 if rank else int(loads[step, layer, expert]) - 1
            for i, s in enumerate(held):
                out[layer, s] = total // len(held) + (i < total % len(held))
    return out


def per_pass(rank, name, passes=(4, 7), mapping=slots, key="global_physical_count"):
    records = [
        {"forward_pass_id": p, "rank": rank, "gatherer_key": "primary", key: physical(i, rank)}
        for i, p in reversed(list(enumerate(passes)))  # in no order
    ]
    os.makedirs(os.path.dirname(name), exist_ok=True)
    torch.save({"records": records, "last_physical_to_logical_map": mapping}, name)


for rank in range(2):
    per_pass(rank, f"per_pass/recorder_{rank}.pt")
    per_pass(rank, f"other_passes/recorder_{rank}.pt", passes=(4, 7 + rank))
    per_pass(rank, f"other_map/recorder_{rank}.pt", mapping=slots if rank == 0 else slots.flip(0))
    per_pass(0, f"same_rank/recorder_{rank}.pt")
per_pass(0, "missing_rank/recorder_0.pt")
per_pass(2, "missing_rank/recorder_2.pt")


def safetensors(name, arrays):
    """A .safetensors file of int64 arrays."""
    header, data = {}, b""
    for key, values in arrays.items():
        b = struct.pack(f"<{len(values)}q", *values)
        header[key] = {"dtype": "I64", "shape": [len(values)], "data_offsets": [len(data), len(data) + len(b)]}
        data += b
    text = json.dumps(header).encode()
    os.makedirs(os.path.dirname(name), exist_ok=True)
    with open(name, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text + data)


# TensorRT-LLM's expert statistic, of layers 3 and 11 in iterations 9 and 10.
def statistic(folder, ranks, experts=3, iterations=(9, 10)):
    for rank in ranks:
        arrays = {}
        for step, iteration in reversed(list(enumerate(iterations))):
            for layer, number in enumerate((3, 11)):
                arrays[f"{iteration}_{number}"] = [1 if rank else int(v) - 1 for v in loads[step, layer]]
        safetensors(f"{folder}/rank{rank}.safetensors", arrays)
    with open(f"{folder}/meta_info.json", "w") as f:
        json.dump({"num_experts": experts, "num_experts_per_token": 2}, f)


statistic("statistic", (0, 1))
statistic("statistic_missing", (0, 2))
statistic("statistic_meta", (0, 1), experts=4)

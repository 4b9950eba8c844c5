"""A planner of expert placements in NumPy: greedy copies, then LPT, without groups.

A spare slot goes to the expert whose copies carry the most each, until none is left.
Then the copies are packed onto the GPUs: the heaviest to the lightest that has room.
"""

import numpy as np


def copies(weight: np.ndarray, slots: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Returns the expert and the rank of each copy, [layers, slots], and the counts."""
    layers, experts = weight.shape
    layer = np.arange(layers)
    expert = np.tile(np.arange(slots), (layers, 1))
    rank = np.zeros((layers, slots), np.int64)
    count = np.ones((layers, experts), np.int64)
    for slot in range(experts, slots):
        most = (weight / count.astype(weight.dtype)).argmax(axis=1)
        expert[:, slot], rank[:, slot] = most, count[layer, most]
        count[layer, most] += 1
    return expert, rank, count


def pack(weight: np.ndarray, packs: int) -> tuple[np.ndarray, np.ndarray]:
    """Packs items by LPT, as many into each pack; returns packs and ranks."""
    layers, items = weight.shape
    layer, capacity = np.arange(layers), items // packs
    load = np.zeros((layers, packs), weight.dtype)
    room = np.full((layers, packs), capacity)
    pack_index, rank = np.empty((layers, items), np.int64), np.empty((layers, items), np.int64)
    for item in np.argsort(-weight, axis=1, kind="stable").T:
        lightest = np.where(room > 0, load, np.inf).argmin(axis=1)
        pack_index[layer, item], rank[layer, item] = lightest, capacity - room[layer, lightest]
        load[layer, lightest] += weight[layer, item]
        room[layer, lightest] -= 1
    return pack_index, rank


def rebalance_experts(weight: np.ndarray, num_replicas: int, num_groups: int, num_nodes: int, num_gpus: int):
    """Returns physical_to_logical [layers, slots], logical_to_physical [layers, experts, width] and counts."""
    layers, experts = weight.shape
    layer = np.arange(layers)[:, None]
    expert, rank, count = copies(weight, num_replicas)
    each = weight / count.astype(weight.dtype)
    gpu, place = pack(each[layer, expert], num_gpus)
    slot = gpu * (num_replicas // num_gpus) + place
    physical = np.empty((layers, num_replicas), np.int64)
    physical[layer, slot] = expert
    logical = np.full((layers, experts, count.max()), -1)
    logical[layer, expert, rank] = slot
    return physical, logical, count

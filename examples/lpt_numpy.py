"""Longest processing time first, under a cap of items per pack, in NumPy.

The heaviest item goes to the lightest pack that has room, then the next. All layers
are packed at once.
"""

import numpy as np


def balanced_packing(weight: np.ndarray, num_packs: int) -> tuple[np.ndarray, np.ndarray]:
    """Packs weight, float32 [layers, items]; returns pack_index and rank_in_pack."""
    layers, items = weight.shape
    capacity = items // num_packs
    layer = np.arange(layers)
    order = np.argsort(-weight, axis=1, kind="stable")
    load = np.zeros((layers, num_packs), weight.dtype)
    count = np.zeros((layers, num_packs), np.int64)
    pack_index = np.empty((layers, items), np.int64)
    rank_in_pack = np.empty_like(pack_index)
    for item in order.T:
        pack = np.where(count < capacity, load, np.inf).argmin(axis=1)
        pack_index[layer, item] = pack
        rank_in_pack[layer, item] = count[layer, pack]
        load[layer, pack] += weight[layer, item]
        count[layer, pack] += 1
    return pack_index, rank_in_pack

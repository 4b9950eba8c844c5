"""Longest processing time first, under a cap of items per pack, in PyTorch.

Runs where the loads are: on the CPU, or on the GPU with backend cuda.
"""

import torch


def balanced_packing(weight: torch.Tensor, num_packs: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Packs weight, float32 [layers, items]; returns pack_index and rank_in_pack."""
    layers, items = weight.shape
    capacity = items // num_packs
    layer = torch.arange(layers, device=weight.device)
    order = weight.sort(dim=1, descending=True, stable=True).indices
    load = weight.new_zeros(layers, num_packs)
    count = torch.zeros(layers, num_packs, dtype=torch.int64, device=weight.device)
    pack_index = torch.empty(layers, items, dtype=torch.int64, device=weight.device)
    rank_in_pack = torch.empty_like(pack_index)
    for item in order.T:
        pack = load.masked_fill(count >= capacity, torch.inf).argmin(dim=1)
        pack_index[layer, item] = pack
        rank_in_pack[layer, item] = count[layer, pack]
        load[layer, pack] += weight[layer, item]
        count[layer, pack] += 1
    return pack_index, rank_in_pack

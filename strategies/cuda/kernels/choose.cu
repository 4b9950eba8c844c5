// choose: the answer of each layer: the refined candidate of least score, the
// earliest kept on ties.
//
// One block per layer. Every warp finds the winner on its own; all threads then
// write the items. Places are by item after 2-opt and by position of the
// candidate's order otherwise. Without refinement (score is null) the best
// ranked candidate wins, or candidate 0 where ranking is null too.
//
// Writes pack_index and rank_in_pack, [layers, items], and steps: the swaps of
// all kept candidates, [layers].
#include "device.cuh"

const u32 choose_threads = 256;

KERNEL(choose_threads)
choose(const u32 *RESTRICT order, const u32 *RESTRICT place, const u32 *RESTRICT ranking,
       const float *RESTRICT score, const u32 *RESTRICT kept_steps, u32 items, u32 packs,
       u32 candidates, u32 keep, u32 by_item, u32 *RESTRICT pack_index, u32 *RESTRICT rank_in_pack,
       u32 *RESTRICT steps) {
  u32 layer = blockIdx.x, capacity = items / packs;
  u32 winner = 0, swaps = 0;
  if (score) {
    // A score is ≥ 0, so its bits sort like it.
    u32 best = none, at = none;
    for (u32 k = lane_index(); k < keep; k += 32) {
      u32 key = float_bits(score[(u64)layer * keep + k]);
      if (key < best) best = key, at = k;
      swaps += kept_steps[(u64)layer * keep + k];
    }
    u32 lowest = reduce_min(best);
    winner = reduce_min(best == lowest ? at : none);
    swaps = reduce_add(swaps);
  }
  u32 candidate = ranking ? ranking[(u64)layer * candidates + winner] : 0;
  u64 row = ((u64)layer * candidates + candidate) * items, out = (u64)layer * items;
  for (u32 i = threadIdx.x; i < items; i += choose_threads) {
    u32 item = by_item ? i : order[row + i], at = place[row + i];
    pack_index[out + item] = at / capacity;
    rank_in_pack[out + item] = at % capacity;
  }
  if (threadIdx.x == 0) steps[layer] = swaps;
}
SIMULATED(choose)

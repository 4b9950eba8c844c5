// Choice: the answer of a layer, written by the last of its blocks.
#pragma once
#include "device.cuh"

// Where the answers of a launch's layers go: packs, then ranks, [layers, items]
// each, then the swaps of all kept candidates, [layers].
struct answers {
  u32 *words;
  u32 layers, items;
  DEVICE void set_place(u32 layer, u32 item, u32 place, u32 capacity) const {
    u64 at = (u64)layer * items + item;
    words[at] = place / capacity;
    words[(u64)layers * items + at] = place % capacity;
  }
  DEVICE void set_steps(u32 layer, u32 steps) const { words[2 * (u64)layers * items + layer] = steps; }
};

// What a layer's kept candidates became, one block to each.
struct refined {
  u32 *place;  // [layers, keep, pitch], by item
  u32 *score;  // [layers, keep, 2]: bits of max − min, swaps
  u32 *count;  // blocks that are done, [layers], zeros at the start
  u32 keep, pitch;
};

// Says that this block is done with its candidate, and chooses if it is the last of
// its layer: the least score, the earliest kept on ties. What a block has written
// before is seen by the block that counts after it. shared: [1].
DEVICE void finish(const refined &r, const answers &out, u32 layer, u32 capacity, u32 *shared) {
  block_barrier();
  if (threadIdx.x == 0) {  // for the whole block, which has come to a barrier
    fence();
    *shared = atomic_increment(r.count + layer);
    fence();
  }
  block_barrier();
  if (*shared != r.keep - 1) return;
  block_barrier();
  if (warp_index() == 0) {
    // A score is ≥ 0, so its bits sort like it.
    u32 best = none, at = none, steps = 0;
    for (u32 k = lane_index(); k < r.keep; k += 32) {
      const volatile u32 *score = r.score + 2 * ((u64)layer * r.keep + k);
      u32 bits = score[0];
      if (bits < best) best = bits, at = k;
      steps += score[1];
    }
    u32 lowest = reduce_min(best);
    u32 winner = reduce_min(best == lowest ? at : none);
    steps = reduce_add(steps);
    if (lane_index() == 0) {
      *shared = winner;
      out.set_steps(layer, steps);
    }
  }
  block_barrier();
  const volatile u32 *place = r.place + ((u64)layer * r.keep + *shared) * r.pitch;
  for (u32 i = threadIdx.x; i < out.items; i += blockDim.x) out.set_place(layer, i, place[i], capacity);
}

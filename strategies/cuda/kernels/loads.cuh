// Loads of packs as the refinements need them.
#pragma once
#include "device.cuh"

// Sums the loads of the packs afresh, items in the order of their index, with
// one warp. pack_of(i) is the pack of item i. Items of one pack among 32 take
// turns, so every load is summed in order.
template <typename PackOf>
DEVICE void sum_loads(const float *weight, PackOf pack_of, u32 items, float *load, u32 packs) {
  for (u32 p = lane_index(); p < packs; p += 32) load[p] = 0;
  warp_barrier();
  for (u32 base = 0; base < items; base += 32) {
    u32 i = base + lane_index();
    bool valid = i < items;
    u32 pack = valid ? pack_of(i) : none;
    float w = valid ? weight[i] : 0;
    u32 same = match(pack);
    u32 turn = count_lanes(same & lanes_below());
    u32 turns = reduce_max(valid ? count_lanes(same) : 0);
    for (u32 t = 0; t < turns; t++) {
      if (valid && turn == t) load[pack] += w;
      warp_barrier();
    }
  }
}

// The heaviest pack, lowest index on ties.
DEVICE u32 heaviest(const float *load, u32 packs) {
  u32 best = 0, at = none;
  for (u32 p = lane_index(); p < packs; p += 32) {
    u32 key = ordered_bits(load[p]);
    if (key > best) best = key, at = p;
  }
  u32 top = reduce_max(best);
  return reduce_min(best == top ? at : none);
}

// The lightest pack, lowest index on ties.
DEVICE u32 lightest(const float *load, u32 packs) {
  u32 best = none, at = none;
  for (u32 p = lane_index(); p < packs; p += 32) {
    u32 key = ordered_bits(load[p]);
    if (key < best) best = key, at = p;
  }
  u32 bottom = reduce_min(best);
  return reduce_min(best == bottom ? at : none);
}

// The smaller of the two parts of a swap's gain: what the heaviest pack loses,
// and what is left of the gap to the other pack.
DEVICE float gain_of(float delta, float gap) {
  float rest = gap - delta;
  return delta < rest ? delta : rest;
}

// What a swap of the heaviest and the lightest pack leaves of their difference.
DEVICE float rest_of(float delta, float difference) { return magnitude(difference - 2 * delta); }

// Bitonic sort of up to 1,024 words by one warp, in registers.
#pragma once
#include "device.cuh"

// Exchanges words between lanes: word e of a lane with word e of the lane whose
// number differs in the bit lane_stride.
template <int E>
DEVICE void exchange_lanes(u64 (&word)[E], u32 lane_stride, bool rising) {
  bool keep_least = ((lane_index() & lane_stride) == 0) == rising;
  UNROLL for (int e = 0; e < E; e++) {
    u64 other = shuffle_xor(word[e], lane_stride);
    if ((other < word[e]) == keep_least) word[e] = other;
  }
}

// Exchanges words within a lane that stand the given stride apart. Runs of size
// words (in the warp's order) alternate between rising and falling.
template <int E>
DEVICE void exchange_words(u64 (&word)[E], u32 size, int stride) {
  UNROLL for (int e = 0; e < E; e++) {
    if (e & stride) continue;
    bool rising = ((lane_index() * E + e) & size) == 0;
    u64 a = word[e], b = word[e | stride];
    bool swap = (a > b) == rising;
    word[e] = swap ? b : a;
    word[e | stride] = swap ? a : b;
  }
}

// Sorts the 32·E words of a warp, all different, ascending: word i of the
// warp's order is word[i % E] of lane i / E. E is a power of two.
template <int E>
DEVICE void warp_sort(u64 (&word)[E]) {
  UNROLL for (int size = 2; size <= E; size *= 2) {
    UNROLL for (int stride = size / 2; stride > 0; stride /= 2) exchange_words<E>(word, size, stride);
  }
  NO_UNROLL for (u32 lanes = 2; lanes <= 32; lanes *= 2) {
    bool rising = (lane_index() & lanes) == 0;
    NO_UNROLL for (u32 stride = lanes / 2; stride > 0; stride /= 2) exchange_lanes<E>(word, stride, rising);
    UNROLL for (int stride = E / 2; stride > 0; stride /= 2) exchange_words<E>(word, lanes * E, stride);
  }
}

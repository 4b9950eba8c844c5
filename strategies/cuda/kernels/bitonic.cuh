// Bitonic sort of 64-bit words by one block, in registers; word i of the block is
// word[i % E] of its thread i / E. E and the number of threads are powers of two.
// Lanes exchange words by shuffles, warps through shared memory.
#pragma once
#include "device.cuh"

// Takes the partner's words where they are better: the lesser if keep_least.
template <int E>
DEVICE void keep(u64 (&word)[E], const u64 (&other)[E], bool keep_least) {
  UNROLL for (int e = 0; e < E; e++) word[e] = (other[e] < word[e]) == keep_least ? other[e] : word[e];
}

// Exchanges with the thread whose number differs in stride, a multiple of 32.
template <int E, u32 threads>
DEVICE void exchange_warps(u64 (&word)[E], u32 stride, bool keep_least, u64 *shared) {
  u64 other[E];
  block_barrier();
  UNROLL for (int e = 0; e < E; e++) shared[e * threads + threadIdx.x] = word[e];
  block_barrier();
  UNROLL for (int e = 0; e < E; e++) other[e] = shared[e * threads + (threadIdx.x ^ stride)];
  keep<E>(word, other, keep_least);
}

template <int E>
DEVICE void exchange_lanes(u64 (&word)[E], u32 stride, bool keep_least) {
  u64 other[E];
  UNROLL for (int e = 0; e < E; e++) other[e] = swap_lanes(word[e], stride);
  keep<E>(word, other, keep_least);
}

// Exchanges words within a thread that stand the given stride apart.
template <int E>
DEVICE void exchange_words(u64 (&word)[E], u32 size, int stride) {
  UNROLL for (int e = 0; e < E; e++) {
    if (e & stride) continue;
    bool rising = ((threadIdx.x * E + e) & size) == 0;
    u64 a = word[e], b = word[e | stride];
    bool swap = (a > b) == rising;
    word[e] = swap ? b : a;
    word[e | stride] = swap ? a : b;
  }
}

// Sorts the threads · E words of the block, all different, ascending. Runs of size
// words alternate between rising and falling. shared has room for all words.
template <int E, u32 threads>
DEVICE void bitonic_sort(u64 (&word)[E], u64 *shared) {
  UNROLL for (int size = 2; size <= E; size *= 2) {
    UNROLL for (int stride = size / 2; stride > 0; stride /= 2) exchange_words<E>(word, size, stride);
  }
  NO_UNROLL for (u32 run = 2; run <= threads; run *= 2) {
    bool rising = (threadIdx.x & run) == 0;
    u32 stride = run / 2;
    NO_UNROLL for (; stride >= 32; stride /= 2) {
      exchange_warps<E, threads>(word, stride, ((threadIdx.x & stride) == 0) == rising, shared);
    }
    NO_UNROLL for (; stride > 0; stride /= 2) exchange_lanes<E>(word, stride, ((threadIdx.x & stride) == 0) == rising);
    UNROLL for (int stride = E / 2; stride > 0; stride /= 2) exchange_words<E>(word, run * E, stride);
  }
}

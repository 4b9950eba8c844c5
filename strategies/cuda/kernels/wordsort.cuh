// Sorts rows of 32-bit words in registers, T lanes of a warp to a row of T·E
// words. Word i of a row is word[i % E] of its lane i / E. Every exchange leaves
// the lesser word at the lesser place.
//
// A lane first sorts its E words; then rows of 2, 4, … T lanes are merged: the
// words of the second half are taken in mirrored order, which makes one bitonic
// row of the two, and that is halved, between lanes and then within each.
#pragma once
#include "network.cuh"

DEVICE void exchange(u32 &a, u32 &b) {
  u32 x = a, y = b;
  a = least(x, y);
  b = greatest(x, y);
}

template <int E>
DEVICE void sort_lane(u32 (&word)[E]) {
  constexpr network<E> net = sorter<E>();
  UNROLL for (int i = 0; i < net.pairs; i++) exchange(word[net.a[i]], word[net.b[i]]);
  u32 sorted[E];
  UNROLL for (int i = 0; i < E; i++) sorted[i] = word[net.at[i]];
  UNROLL for (int i = 0; i < E; i++) word[i] = sorted[i];
}

// Sorts the N words from START on, which are bitonic or a rotation of that. An
// even row is halved.
template <int N, int START, int E>
DEVICE void sort_bitonic(u32 (&word)[E]) {
  if constexpr (N == 1) {
  } else if constexpr (N % 2 == 0) {
    UNROLL for (int i = 0; i < N / 2; i++) exchange(word[START + i], word[START + i + N / 2]);
    sort_bitonic<N / 2, START>(word);
    sort_bitonic<N / 2, START + N / 2>(word);
  } else {
    constexpr network<N> net = bitonic_sorter<N>();
    UNROLL for (int i = 0; i < net.pairs; i++) exchange(word[START + net.a[i]], word[START + net.b[i]]);
  }
}

// Exchanges with the lane whose number differs in mask; the upper of the two
// keeps the greater words. Mirrored: word e with word E − 1 − e.
template <bool mirrored, int E>
DEVICE void exchange_lanes(u32 (&word)[E], u32 mask, bool upper) {
  UNROLL for (int e = 0; e < (mirrored ? (E + 1) / 2 : E); e++) {
    int f = mirrored ? E - 1 - e : e;
    u32 a = swap_lanes(word[f], mask), b = f != e ? swap_lanes(word[e], mask) : a;
    word[e] = upper ? greatest(word[e], a) : least(word[e], a);
    if (f != e) word[f] = upper ? greatest(word[f], b) : least(word[f], b);
  }
}

// Merges the sorted rows of lanes / 2 neighbouring lanes to rows of lanes.
template <int E>
DEVICE void merge_lanes(u32 (&word)[E], u32 lanes) {
  exchange_lanes<true>(word, lanes - 1, lane_index() & lanes / 2);
  UNROLL for (u32 stride = lanes / 4; stride > 0; stride /= 2) exchange_lanes<false>(word, stride, lane_index() & stride);
  sort_bitonic<E, 0>(word);
}

template <u32 T, int E>
DEVICE void sort_words(u32 (&word)[E]) {
  sort_lane(word);
  if constexpr (E < 16) {
    UNROLL for (u32 lanes = 2; lanes <= T; lanes *= 2) merge_lanes(word, lanes);
  } else {  // in loops: the code would not fit the instruction cache
    NO_UNROLL for (u32 lanes = 2; lanes <= T; lanes *= 2) {
      exchange_lanes<true>(word, lanes - 1, lane_index() & lanes / 2);
      NO_UNROLL for (u32 stride = lanes / 4; stride > 0; stride /= 2) exchange_lanes<false>(word, stride, lane_index() & stride);
      sort_bitonic<E, 0>(word);
    }
  }
}

// orders_words_<T>_<E>: the orders of the candidates, T lanes of a warp to a
// candidate, for up to T·E items; _full: for exactly as many.
//
// What is sorted are words of 32 bits: the upper bits of a key (less the row's
// least key) above the number of the item, which makes equal keys stable. Where
// that cuts bits off, neighbours of equal upper bits are compared by their whole
// keys. If any of the warp stand in the wrong order, all its rows are sorted
// twice more: by the lower bits, then by the upper ones and the place so far,
// which is exact.
//
// Writes by position the item, order [problems, pitch] of 16 bits, and its
// weight, sorted [problems, pitch], whose last item is followed by zeros up to a
// multiple of four.
#include "draws.cuh"
#include "wordsort.cuh"

const u32 warps_per_block = 4;

// How T lanes with E words each hold a row.
template <u32 T, int E>
struct form {
  static constexpr u32 rows = 32 / T;               // candidates of a warp
  static constexpr u32 room = (T * E + 3) / 4 * 4;  // words of a row in shared memory
  static constexpr int index_bits = 32 - __builtin_clz(T * E - 1);
  static constexpr u32 index_mask = (1u << index_bits) - 1;
  static constexpr u32 beyond = ~index_mask;  // upper bits of words behind the last item
};

// The least of a row's values, in all its lanes.
template <u32 T>
DEVICE u32 row_least(u32 v) {
  if (T == 32) return reduce_min(v);
  UNROLL for (u32 by = 1; by < T; by *= 2) v = least(v, swap_lanes(v, by));
  return v;
}

// Read and write the E neighbouring words of a lane.
template <int E>
DEVICE void load_words(u32 (&word)[E], const u32 *from) {
  if constexpr (E % 4 == 0) {
    UNROLL for (int e = 0; e < E; e += 4) {
      quad q = *(const quad *)(from + e);
      UNROLL for (int i = 0; i < 4; i++) word[e + i] = q.v[i];
    }
  } else {
    UNROLL for (int e = 0; e < E; e++) word[e] = from[e];
  }
}
template <int E>
DEVICE void store_words(const u32 (&word)[E], u32 *to) {
  if constexpr (E % 4 == 0) {
    UNROLL for (int e = 0; e < E; e += 4) *(quad *)(to + e) = {{word[e], word[e + 1], word[e + 2], word[e + 3]}};
  } else {
    UNROLL for (int e = 0; e < E; e++) to[e] = word[e];
  }
}

// Writes the keys and weights of the warp's rows, four items at a time, row after
// row. The words behind the last item become 0.
template <u32 T, int E>
DEVICE void make_keys(const orders &o, u32 n, u32 first, u32 problems, u32 *keys, u32 *weights) {
  typedef form<T, E> f;
  const u32 blocks = (n + 3) / 4;
  u32 row = 0, block = lane_index(), layer = first / o.candidates, c = first % o.candidates;
  NO_UNROLL while (true) {
    while (block >= blocks) {
      block -= blocks;
      row++;
      if (++c == o.candidates) c = 0, layer++;
    }
    if (row >= f::rows || first + row >= problems) break;
    quad k, w = *(const quad *)(o.weights + (u64)layer * o.pitch + block * 4);
    draws4 d = {{0, 0, 0, 0}};
    if (drawn(c)) d = draws_of(o, layer, c, block);
    UNROLL for (int i = 0; i < 4; i++) {
      w.v[i] = float_bits(magnitude(bits_float(w.v[i])));
      k.v[i] = sort_key(o, c, bits_float(w.v[i]), d.draw[i]);
    }
    *(quad *)(keys + row * f::room + block * 4) = {{k.v[0], k.v[1], k.v[2], k.v[3]}};
    *(quad *)(weights + row * f::room + block * 4) = {{w.v[0], w.v[1], w.v[2], w.v[3]}};
    block += 32;
  }
  UNROLL for (u32 row = 0; row < f::rows; row++) {
    for (u32 i = blocks * 4 + lane_index(); i < f::room; i += 32) keys[row * f::room + i] = weights[row * f::room + i] = 0;
  }
}

// Sorts a row by its keys, which lie in shared memory and are overwritten: word e
// of a lane becomes the item of rank start + e. Items behind n come last.
template <u32 T, int E, bool FULL>
DEVICE void sort_row(u32 (&word)[E], u32 *keys, u32 n, u32 start, bool exists) {
  typedef form<T, E> f;
  auto item_exists = [=](int e) { return FULL || start + e < n; };
  load_words(word, keys + start);
  u32 low = none, high = 0;
  UNROLL for (int e = 0; e < E; e++) {
    low = least(low, item_exists(e) ? word[e] : none);
    high = greatest(high, item_exists(e) ? word[e] : 0);
  }
  low = row_least<T>(low);
  u32 range = ~row_least<T>(~high) - low;
  int shift = (range == 0 ? 0 : 32 - __builtin_clz(range)) - (32 - f::index_bits);
  if (shift < 0) shift = 0;
  if (!FULL && range >> shift >= f::beyond >> f::index_bits) shift++;  // no key may look like beyond
  UNROLL for (int e = 0; e < E; e++) {
    word[e] = (item_exists(e) ? (word[e] - low) >> shift << f::index_bits : f::beyond) | (start + e);
  }

  NO_UNROLL for (u32 pass = 0;; pass++) {  // one copy of the sort for all three
    sort_words<T>(word);
    if (pass == 0) {
      u32 next = shuffle_down(word[0], 1), closest = none;
      if (start == (T - 1) * E) next = ~word[E - 1];  // nothing follows
      auto after = [&](int e) { return e + 1 < E ? word[e + 1 < E ? e + 1 : 0] : next; };
      UNROLL for (int e = 0; e < E; e++) {
        u32 apart = word[e] ^ after(e);
        closest = least(closest, FULL || after(e) < f::beyond ? apart : none);
      }
      if (!ballot((shift > 0) & (closest <= f::index_mask))) return;
      bool wrong = false;
      UNROLL for (int e = 0; e < E; e++) {
        if ((word[e] ^ after(e)) > f::index_mask || (!FULL && after(e) >= f::beyond)) continue;
        wrong = wrong || keys[word[e] & f::index_mask] > keys[after(e) & f::index_mask];
      }
      if (!ballot(wrong)) return;
      load_words(word, keys + start);
      UNROLL for (int e = 0; e < E; e++) {
        word[e] = (item_exists(e) ? (word[e] - low) << f::index_bits : f::beyond) | (start + e);
      }
    } else if (pass == 1) {
      u32 item[E];
      UNROLL for (int e = 0; e < E; e++) {
        item[e] = word[e] & f::index_mask;
        u32 upper = (keys[item[e]] - low) >> (32 - f::index_bits);
        word[e] = (item_exists(e) ? upper << f::index_bits : f::beyond) | (start + e);
      }
      warp_barrier();
      if (exists) store_words(item, keys + start);
      warp_barrier();
    } else {
      UNROLL for (int e = 0; e < E; e++) word[e] = keys[word[e] & f::index_mask];
      return;
    }
  }
}

// Brings items and weights into the order, in place of keys and weights.
template <int E>
DEVICE void arrange(u32 (&word)[E], u32 c, u32 n, u32 start, bool exists, u32 *keys, u32 *weights) {
  u32 weight[E];
  UNROLL for (int e = 0; e < E; e++) weight[e] = weights[word[e]];
  warp_barrier();
  if (exists && c != 1) {
    store_words(word, keys + start);
    store_words(weight, weights + start);
  } else if (exists) {
    UNROLL for (int e = 0; e < E; e++) {
      if (start + e >= n) break;
      u32 at = position_of(c, start + e, n);
      keys[at] = word[e];
      weights[at] = weight[e];
    }
  }
  warp_barrier();
}

template <u32 T, int E, bool FULL>
DEVICE void order_words(const orders &o, u32 problems, u32 *order, float *sorted) {
  typedef form<T, E> f;
  u32 lane = lane_index(), start = lane % T * E, n = FULL ? T * E : o.items;
  u32 first = (blockIdx.x * warps_per_block + warp_index()) * f::rows;
  if (first >= problems) return;
  u32 *all_keys = block_memory() + warp_index() * 2 * f::rows * f::room, *all_weights = all_keys + f::rows * f::room;
  make_keys<T, E>(o, n, first, problems, all_keys, all_weights);
  warp_barrier();

  u32 problem = first + lane / T;
  bool exists = problem < problems;
  if (!exists) problem = first;  // goes along with the first row, writes nothing
  u32 row = (problem - first) * f::room;
  u32 word[E];
  sort_row<T, E, FULL>(word, all_keys + row, n, start, exists);
  UNROLL for (int e = 0; e < E; e++) word[e] &= f::index_mask;
  warp_barrier();
  arrange(word, problem % o.candidates, n, start, exists, all_keys + row, all_weights + row);

  // From shared memory, so that whole lines are written.
  UNROLL for (u32 row = 0; row < f::rows; row++) {
    if (first + row >= problems) break;
    u64 out = (u64)(first + row) * o.pitch;
    for (u32 at = lane * 4; at < n; at += 128) {
      quad k = *(const quad *)(all_keys + row * f::room + at), w = *(const quad *)(all_weights + row * f::room + at);
      *(quad *)(sorted + out + at) = {{w.v[0], w.v[1], w.v[2], w.v[3]}};
      *(two *)(order + (out + at) / 2) = {{k.v[0] | k.v[1] << 16, k.v[2] | k.v[3] << 16}};
    }
  }
}

#define ORDERS_WORDS(name, T, E, FULL)                                                       \
  KERNEL(32 * warps_per_block)                                                               \
  name(ORDERS_PARAMETERS, u32 problems, u32 *RESTRICT order, float *RESTRICT sorted) {       \
    order_words<T, E, FULL>(ORDERS_ARGUMENTS, problems, order, sorted);                      \
  }                                                                                          \
  SIMULATED(name)

ORDERS_WORDS(orders_words_8_9, 8, 9, false)
ORDERS_WORDS(orders_words_32_9_full, 32, 9, true)
ORDERS_WORDS(orders_words_32_12, 32, 12, false)
ORDERS_WORDS(orders_words_32_16, 32, 16, false)
#ifndef FEW  // which the tests define where they compile this source often
ORDERS_WORDS(orders_words_8_8, 8, 8, false)
ORDERS_WORDS(orders_words_8_8_full, 8, 8, true)
ORDERS_WORDS(orders_words_8_9_full, 8, 9, true)
ORDERS_WORDS(orders_words_32_4, 32, 4, false)
ORDERS_WORDS(orders_words_32_6, 32, 6, false)
ORDERS_WORDS(orders_words_32_8, 32, 8, false)
ORDERS_WORDS(orders_words_32_8_full, 32, 8, true)
ORDERS_WORDS(orders_words_32_9, 32, 9, false)
ORDERS_WORDS(orders_words_32_32, 32, 32, false)
#endif

// greedy_lanes_<G>_<S>, greedy_reduce_<S>: the greedy packing of every candidate,
// G lanes of a warp to a candidate and S packs to a lane, all in registers.
//
// A lane keeps its packs sorted by (key, tag). A key is the bits of the load, with
// the top bit set once the pack is full. A tag is place << 16 | (items so far −
// capacity + 0x8000), place being where the pack's next item goes: tags have the
// order of the packs, adding 0x10001 counts an item, and bit 15 says full. For each
// item the lane of least first key, the lowest of equals, takes it: its first pack
// grows and moves down the lane's order.
//
// The lanes of a candidate agree on the least key by exchanges with ever more
// distant lanes. greedy_reduce gives a candidate the whole warp and finds the key
// by a reduction and a ballot: the choice for many packs, and for few candidates,
// which leave the device idle anyway.
//
// A place is pack · capacity + rank; places are below 2^16 and a capacity is
// below 2^15. Writes place by position, [problems, pitch] of 16 bits (_wide: of 32),
// and imbalance, [problems].
#include "network.cuh"

const u32 warps_per_block = 4;
const u32 top_bit = 0x80000000u;
const u32 full_bit = 0x8000;
const u32 one_more = 0x10001;

// A warp's part of shared memory, a row per candidate: what 32 steps chose, and the
// weights of as many positions. Rows are padded so that rows lie in other banks.
template <u32 G>
struct form {
  static constexpr u32 rows = 32 / G, record = 33, weight = 36;
  static constexpr u32 records = (rows * record + 3) / 4 * 4;  // keeps the weights aligned
  static constexpr u32 words = records + rows * weight;
};

struct entry {
  u32 key, tag;
};
DEVICE u64 rank_of(u32 key, u32 tag) { return (u64)key << 32 | tag; }

// Members and no structs: the compiler would choose between addresses.
DEVICE void order_entries(entry &a, entry &b) {
  u32 a_key = a.key, a_tag = a.tag, b_key = b.key, b_tag = b.tag;
  bool swap = rank_of(b_key, b_tag) < rank_of(a_key, a_tag);
  a.key = swap ? b_key : a_key;
  a.tag = swap ? b_tag : a_tag;
  b.key = swap ? a_key : b_key;
  b.tag = swap ? a_tag : b_tag;
}

template <u32 S>
DEVICE void sort_entries(entry (&e)[S]) {
  constexpr network<S> net = sorter<S>();
  UNROLL for (int i = 0; i < net.pairs; i++) order_entries(e[net.a[i]], e[net.b[i]]);
  entry sorted[S];
  UNROLL for (u32 s = 0; s < S; s++) sorted[s].key = e[net.at[s]].key, sorted[s].tag = e[net.at[s]].tag;
  UNROLL for (u32 s = 0; s < S; s++) e[s].key = sorted[s].key, e[s].tag = sorted[s].tag;
}

// Puts an item into the candidate's least loaded pack with room. Leaves the tag of
// that pack in *record.
template <u32 G, u32 S, bool reduce>
DEVICE void place_item(entry (&e)[S], float weight, u32 *record) {
  bool mine = true;
  if (reduce) {
    u32 lowest = reduce_min(e[0].key);
    u32 holders = ballot(e[0].key == lowest);
    mine = (e[0].key == lowest) & ((holders & lanes_below()) == 0);
  } else {
    u32 lowest = e[0].key;
    UNROLL for (u32 by = 1; by < G; by *= 2) {
      u32 other = swap_lanes(lowest, by);
      mine = mine & (lowest + ((lane_index() & by) != 0) <= other);  // the upper lane loses ties
      lowest = least(lowest, other);
    }
  }
  u32 tag = e[0].tag + one_more;
  u32 key = float_bits(bits_float(e[0].key) + weight) | (tag << 16 & top_bit);
  if (mine) *record = e[0].tag;
  // passes[s]: the pack in slot s comes before the one that grew. Without branches.
  bool passes[S];
  passes[0] = mine;
  UNROLL for (u32 s = 1; s < S; s++) passes[s] = mine & (rank_of(e[s].key, e[s].tag) < rank_of(key, tag));
  UNROLL for (u32 s = 0; s + 1 < S; s++) {
    u32 next_key = passes[s + 1] ? e[s + 1].key : key, next_tag = passes[s + 1] ? e[s + 1].tag : tag;
    e[s].key = passes[s] ? next_key : e[s].key;
    e[s].tag = passes[s] ? next_tag : e[s].tag;
  }
  e[S - 1].key = passes[S - 1] ? key : e[S - 1].key;
  e[S - 1].tag = passes[S - 1] ? tag : e[S - 1].tag;
}

// While a pack is empty, an item of weight above 0 goes to the first such pack. So
// where the first packs items all weigh something, item i is in pack i: done at
// once, for all candidates of the warp or for none. Returns the number of items
// placed, packs or 0.
template <u32 G, u32 S>
DEVICE u32 place_first(entry (&e)[S], const float *row, u32 packs, u32 capacity) {
  u32 member = lane_index() % G;
  bool some = true;
  UNROLL for (u32 s = 0; s < S; s++) {
    u32 pack = member * S + s;
    float weight = pack < packs ? row[pack] : 1;
    some = some & (weight > 0);
    e[s].key = float_bits(weight);
  }
  bool all = ballot(some) == all_lanes;
  UNROLL for (u32 s = 0; s < S; s++) {
    u32 pack = member * S + s;
    e[s].tag = (pack * capacity << 16 | (full_bit - capacity)) + (all && pack < packs ? one_more : 0);
    e[s].key = pack >= packs ? top_bit : all ? e[s].key : 0;  // no more come where that fills them
  }
  sort_entries(e);
  return all ? packs : 0;
}

// Writes the places of positions p, which is even, and p + 1 of a row.
template <bool wide>
DEVICE void store_places(u32 *row, u32 p, u32 first, u32 second) {
  if (wide) *(two *)(row + p) = {{first, second}};
  else row[p / 2] = first | second << 16;
}

template <u32 G, u32 S, bool reduce, bool wide>
DEVICE void greedy_lanes(const float *sorted, u32 items, u32 pitch, u32 packs, u32 problems, u32 *place,
                         float *imbalance) {
  typedef form<G> f;
  u32 lane = lane_index(), member = lane % G;
  u32 first = (blockIdx.x * warps_per_block + warp_index()) * f::rows;
  if (first >= problems) return;
  u32 problem = least(first + lane / G, problems - 1);  // idle lanes repeat the last one
  bool exists = problem == first + lane / G;
  u32 capacity = items / packs;
  auto places_of = [=](u32 problem) { return place + (u64)problem * (wide ? pitch : pitch / 2); };
  u32 *records = block_memory() + warp_index() * f::words, *record = records + lane / G * f::record;
  float *weights = (float *)(records + f::records), *weight = weights + lane / G * f::weight;

  entry e[S];
  u32 placed = place_first<G>(e, sorted + (u64)problem * pitch, packs, capacity);
  u32 start = placed / 32 * 32;
  if (exists) {
    for (u32 p = member * 2; p < start; p += G * 2) store_places<wide>(places_of(problem), p, p * capacity, (p + 1) * capacity);
  }
  for (u32 p = member; p < 32; p += G) record[p] = (start + p) * capacity << 16;

  // This lane's part of the weights of 32 positions of all candidates of the warp.
  constexpr u32 parts = (f::rows * 8 + 31) / 32;
  quad part[parts];
  auto load_part = [&](u32 base) {
    UNROLL for (u32 i = 0; i < parts; i++) {
      u32 which = (i * 32 + lane) / 8 % f::rows, at = least(base + lane % 8 * 4, (items - 1) / 4 * 4);
      part[i] = *(const quad *)(sorted + (u64)least(first + which, problems - 1) * pitch + at);
    }
  };
  auto store_part = [&]() {
    UNROLL for (u32 i = 0; i < parts; i++) {
      u32 which = (i * 32 + lane) / 8;
      if (which >= f::rows) continue;
      *(quad *)(weights + which * f::weight + lane % 8 * 4) = {{part[i].v[0], part[i].v[1], part[i].v[2], part[i].v[3]}};
    }
  };
  load_part(start);
  for (u32 base = start; base < items; base += 32) {
    store_part();
    warp_barrier();
    load_part(base + 32);
    u32 step = base < placed ? placed - base : 0, steps = least(items - base, 32);
    NO_UNROLL for (; step % 4 && step < steps; step++) place_item<G, S, reduce>(e, weight[step], record + step);
    NO_UNROLL for (; step + 4 <= steps; step += 4) {
      quad w = *(const quad *)(weight + step);
      UNROLL for (u32 k = 0; k < 4; k++) place_item<G, S, reduce>(e, bits_float(w.v[k]), record + step + k);
    }
    NO_UNROLL for (; step < steps; step++) place_item<G, S, reduce>(e, weight[step], record + step);
    warp_barrier();
    NO_UNROLL for (u32 i = lane; i < f::rows * 16; i += 32) {
      u32 which = i / 16, p = i % 16 * 2;
      const u32 *r = records + which * f::record + p;
      if (first + which < problems && base + p < items) store_places<wide>(places_of(first + which), base + p, r[0] >> 16, r[1] >> 16);
    }
  }

  u32 high = 0, low = none;
  UNROLL for (u32 s = 0; s < S; s++) {
    if ((e[s].tag & full_bit) == 0) continue;  // packs that do not exist never fill
    u32 load = e[s].key & ~top_bit;
    high = greatest(high, load);
    low = least(low, load);
  }
  UNROLL for (u32 by = 1; by < G; by *= 2) {
    high = greatest(high, swap_lanes(high, by));
    low = least(low, swap_lanes(low, by));
  }
  if (member == 0 && exists) imbalance[problem] = bits_float(high) - bits_float(low);
}

#define GREEDY(name, G, S, reduce, wide)                                                          \
  KERNEL(32 * warps_per_block)                                                                    \
  name(const float *RESTRICT sorted, u32 items, u32 pitch, u32 packs, u32 problems,               \
       u32 *RESTRICT place, float *RESTRICT imbalance) {                                          \
    greedy_lanes<G, S, reduce, wide>(sorted, items, pitch, packs, problems, place, imbalance);    \
  }                                                                                               \
  SIMULATED(name)
#define GREEDY_LANES(G, S) GREEDY(greedy_lanes_##G##_##S, G, S, false, false)
#define GREEDY_REDUCE(S) GREEDY(greedy_reduce_##S, 32, S, true, false) GREEDY(greedy_reduce_##S##_wide, 32, S, true, true)

GREEDY_LANES(4, 8)
GREEDY_REDUCE(2)
#ifndef FEW  // which the tests define where they compile this source often
GREEDY_LANES(2, 4)
GREEDY_LANES(4, 4)
GREEDY_LANES(8, 8)
GREEDY_LANES(8, 9)
GREEDY_REDUCE(1)
GREEDY_REDUCE(4)
GREEDY_REDUCE(5)
GREEDY_REDUCE(8)
#endif

// greedy_small_<M>: the greedy packing of every candidate, for up to M packs.
//
// One warp packs one candidate, any number of items. A lane holds M/32
// neighbouring packs in registers; the key of a pack is its load's bits, or
// all ones when it is full. For each item in turn, the least key of the warp is
// found by a reduction and its lowest holder by a ballot, so ties go to the
// lowest pack. The chain from one item to the next is reduction, compare,
// ballot, select. Ranks are worked out afterwards, 32 items at a time.
//
// Writes place = pack · capacity + rank by position, [problems, items], and the
// imbalance, [problems].
#include "device.cuh"

const u32 warps_per_block = 4;
const u32 full = 0xffffffffu;

template <int S>
struct lane_packs {
  u32 key[S], count[S];
  float load[S];
};

template <int S>
DEVICE lane_packs<S> empty_packs(u32 packs) {
  lane_packs<S> p;
  UNROLL for (int s = 0; s < S; s++) {
    p.key[s] = lane_index() * S + s < packs ? 0 : full;
    p.count[s] = 0;
    p.load[s] = 0;
  }
  return p;
}

// Where an item went: the lanes whose least key was the least of all, of which
// the lowest got it, and this lane's slot of least key.
struct choice {
  u32 holders, slot;
};

// Puts an item into the least loaded pack with room.
template <int S>
DEVICE choice place_item(lane_packs<S> &p, float weight, u32 capacity) {
  u32 key = p.key[S - 1], slot = S - 1;
  UNROLL for (int s = S - 2; s >= 0; s--) {
    if (p.key[s] <= key) key = p.key[s], slot = s;
  }
  u32 lowest = reduce_min(key);
  u32 holders = ballot(key == lowest);
  bool mine = key == lowest && (holders & lanes_below()) == 0;
  UNROLL for (int s = 0; s < S; s++) {
    float load = p.load[s] + weight;
    if (mine && slot == (u32)s) {
      p.load[s] = load;
      p.count[s]++;
      p.key[s] = p.count[s] == capacity ? full : float_bits(load);
    }
  }
  return {holders, slot};
}

// Places the items of 32 positions, of which the first steps exist, and returns
// the pack of this lane's position. Which slot of the holder it was is looked
// up at the end, in the history of slots that every lane keeps.
template <int S>
DEVICE u32 place_row(lane_packs<S> &p, u32 weight, u32 steps, u32 capacity) {
  u32 holders = 1;  // of this lane's position
  u64 history = 0;  // 2 bits per step
  auto step = [&](u32 i) {
    choice c = place_item<S>(p, bits_float(shuffle(weight, i)), capacity);
    if (lane_index() == i) holders = c.holders;
    if (S > 1) history |= (u64)c.slot << 2 * i;
  };
  if (steps == 32) {
    UNROLL for (u32 i = 0; i < 32; i++) step(i);
  } else {
    for (u32 i = 0; i < steps; i++) step(i);
  }
  u32 holder = lowest_lane(holders);
  if (S == 1) return holder;
  u32 first = shuffle((u32)history, holder), second = shuffle((u32)(history >> 32), holder);
  return holder * S + ((lane_index() < 16 ? first : second) >> 2 * (lane_index() % 16) & 3);
}

// While a pack is empty, an item of weight above 0 goes to the first such pack.
// So where the first packs items all weigh something, item i is in pack i: done
// at once. Returns the number of items placed, packs or 0.
template <int S>
DEVICE u32 place_first(lane_packs<S> &p, const float *weights, const u32 *order, u32 packs, u32 capacity, u32 *place) {
  float weight[S];
  bool some = true;
  UNROLL for (int s = 0; s < S; s++) {
    u32 pack = lane_index() * S + s;
    weight[s] = pack < packs ? weight_at(weights, order[pack]) : 1;
    some = some && weight[s] > 0;
  }
  if (ballot(some) != all_lanes) return 0;
  UNROLL for (int s = 0; s < S; s++) {
    u32 pack = lane_index() * S + s;
    if (pack >= packs) continue;
    p.load[s] = weight[s];
    p.count[s] = 1;
    p.key[s] = capacity == 1 ? full : float_bits(weight[s]);
    place[pack] = pack * capacity;
  }
  return packs;
}

// The number of items in the given pack, out of the count that each lane has
// for its packs.
template <int S>
DEVICE u32 count_of(const u32 (&count)[S], u32 pack) {
  u32 found = 0;
  UNROLL for (int s = 0; s < S; s++) {
    u32 c = shuffle(count[s], pack / S % 32);
    if (pack % S == (u32)s) found = c;
  }
  return found;
}

template <int S>
DEVICE void greedy_small(const float *weights, const u32 *order, u32 items, u32 packs, u32 candidates,
                         u32 problems, u32 *place, float *imbalance) {
  u32 problem = blockIdx.x * warps_per_block + warp_index();
  if (problem >= problems) return;
  u32 capacity = items / packs;
  weights += (u64)(problem / candidates) * items;
  order += (u64)problem * items;
  place += (u64)problem * items;

  lane_packs<S> p = empty_packs<S>(packs);
  u32 placed = place_first<S>(p, weights, order, packs, capacity, place);
  for (u32 base = placed; base < items; base += 32) {
    u32 position = base + lane_index();
    u32 weight = position < items ? float_bits(weight_at(weights, order[position])) : 0;
    u32 before[S];
    UNROLL for (int s = 0; s < S; s++) before[s] = p.count[s];

    u32 pack = place_row<S>(p, weight, least(32, items - base), capacity);
    if (position >= items) pack = none;
    u32 rank = count_of<S>(before, pack) + count_lanes(match(pack) & lanes_below());
    if (position < items) place[position] = pack * capacity + rank;
  }

  u32 most = 0, fewest = full;
  UNROLL for (int s = 0; s < S; s++) {
    if (lane_index() * S + s >= packs) continue;
    u32 load = float_bits(p.load[s]);
    most = most < load ? load : most;
    fewest = least(fewest, load);
  }
  most = reduce_max(most);
  fewest = reduce_min(fewest);
  if (lane_index() == 0) imbalance[problem] = bits_float(most) - bits_float(fewest);
}

#define GREEDY_SMALL(name, S)                                                                    \
  KERNEL(32 * warps_per_block)                                                                   \
  name(const float *RESTRICT weights, const u32 *RESTRICT order, u32 items, u32 packs,           \
       u32 candidates, u32 problems, u32 *RESTRICT place, float *RESTRICT imbalance) {           \
    greedy_small<S>(weights, order, items, packs, candidates, problems, place, imbalance);       \
  }                                                                                              \
  SIMULATED(name)

GREEDY_SMALL(greedy_small_32, 1)
GREEDY_SMALL(greedy_small_64, 2)
GREEDY_SMALL(greedy_small_128, 4)

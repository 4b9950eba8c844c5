// greedy_large: the greedy packing of every candidate, for any number of packs.
//
// One warp (a block of its own) packs one candidate. The keys of the packs (the
// bits of the load; all ones when full) are the leaves of a tree with 32
// children to a node; a node holds the least key below it. For each item the
// warp walks down to the lowest least pack and back up, one reduction or ballot
// per level: two levels for 1,024 packs. Ties go to the lowest pack at every
// level.
//
// Every pack ends full, so the extremes of the loads are taken when a pack
// fills. The tree and the counts lie in shared memory, or in global scratch of
// words words per problem where shared memory is too small for them.
//
// Writes place by position, [problems, pitch], and imbalance, [problems].
#include "device.cuh"

const u32 full = 0xffffffffu;
const int most_levels = 6;

// The levels of the tree, leaves first, each padded to whole nodes with full.
struct tree {
  u32 *level[most_levels];
  u32 size[most_levels];  // padded
  int levels;
};

DEVICE u32 padded(u32 n) { return (n + 31) / 32 * 32; }

// Lays the tree out in memory and makes all packs empty. Returns the word
// behind the tree.
DEVICE u32 *grow(tree &t, u32 *memory, u32 packs) {
  u32 used = packs;
  t.levels = 0;
  UNROLL for (int l = 0; l < most_levels; l++) {
    if (l > 0 && t.levels < l) continue;
    t.level[l] = memory;
    t.size[l] = padded(used);
    for (u32 i = lane_index(); i < t.size[l]; i += 32) memory[i] = i < used ? 0 : full;
    memory += t.size[l];
    if (t.size[l] > 32) t.levels = l + 1;
    used = t.size[l] / 32;
  }
  t.levels++;
  return memory;
}

// Walks down to the lowest pack of least key. key is the key that this lane saw
// at each level.
DEVICE u32 lowest_pack(const tree &t, u32 (&key)[most_levels]) {
  u32 node = 0, lowest = 0;
  UNROLL for (int l = most_levels - 1; l >= 0; l--) {
    if (l >= t.levels) continue;
    key[l] = t.level[l][node * 32 + lane_index()];
    if (l == t.levels - 1) lowest = reduce_min(key[l]);
    node = node * 32 + lowest_lane(ballot(key[l] == lowest));
  }
  return node;
}

// Sets the key of a pack, and the least keys above it.
DEVICE void set_key(const tree &t, u32 pack, u32 to, u32 (&key)[most_levels]) {
  UNROLL for (int l = 0; l < most_levels; l++) {
    if (l >= t.levels) continue;
    if (lane_index() == pack % 32) t.level[l][pack] = key[l] = to;
    to = reduce_min(key[l]);
    pack /= 32;
  }
}

KERNEL(32)
greedy_large(const float *RESTRICT sorted, u32 items, u32 pitch, u32 packs, u32 *RESTRICT place,
             float *RESTRICT imbalance, u32 *scratch, u32 words) {
  u32 problem = blockIdx.x, capacity = items / packs;
  sorted += (u64)problem * pitch;
  place += (u64)problem * pitch;

  tree t;
  u32 *count = grow(t, scratch ? scratch + (u64)problem * words : block_memory(), packs);
  for (u32 p = lane_index(); p < packs; p += 32) count[p] = 0;
  warp_barrier();

  u32 high = 0, low = full;
  for (u32 base = 0; base < items; base += 32) {
    u32 position = base + lane_index();
    u32 weight = position < items ? float_bits(sorted[position]) : 0;
    u32 mine = 0;  // place of this lane's position
    u32 steps = least(32, items - base);
    for (u32 i = 0; i < steps; i++) {
      u32 key[most_levels];
      u32 pack = lowest_pack(t, key);
      u32 before = shuffle(key[0], pack % 32), rank = count[pack];
      u32 load = float_bits(bits_float(before) + bits_float(shuffle(weight, i)));
      if (lane_index() == i) mine = pack * capacity + rank;
      warp_barrier();
      if (lane_index() == 0) count[pack] = rank + 1;
      bool fills = rank + 1 == capacity;
      if (fills) {
        high = greatest(high, load);
        low = least(low, load);
      }
      set_key(t, pack, fills ? full : load, key);
      warp_barrier();
    }
    if (position < items) place[position] = mine;
  }
  if (lane_index() == 0) imbalance[problem] = bits_float(high) - bits_float(low);
}
SIMULATED(greedy_large)

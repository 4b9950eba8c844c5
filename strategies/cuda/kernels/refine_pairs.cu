// refine_pairs: refines every kept candidate by Max-Any swaps of one or two items and
// chooses, for up to 1,024 items, 256 packs and 16 items to a pack.
//
// One block refines one candidate. Each pack has the sums of its sets in shared
// memory: of items by rank, then of pairs of ranks in lexicographic order, both filled
// up with zeros, which no swap wants, to a multiple of four. In a round all threads try
// the swaps of the heaviest pack with the lightest. No swap with a pack gains more than
// half of the gap to it, so few others can do better: a warp each tries those. Two
// atomic operations find the greatest gain and the first swap that has it. The first
// warp then swaps, and all sum the sets of the two packs again.
#include "loads.cuh"
#include "refinement.cuh"

const u32 refine_threads = 512;

// Fours of sets of a pack of one kind, items or pairs, by the sets of another pack.
struct kind {
  u32 fours;    // of a pack's sets
  u32 inverse;  // ⌈2³²/fours⌉, 0 for 1
  // at / fours, for at < 2¹⁶.
  DEVICE u32 row(u32 at) const { return inverse == 0 ? at : (u32)((u64)at * inverse >> 32); }
};
DEVICE kind kind_of(u32 sets) {
  u32 fours = (sets + 3) / 4;
  return {fours, fours > 1 ? none / fours + 1 : 0};
}

// One candidate in shared memory, and the sizes of it.
struct paired {
  u32 items, packs, capacity;
  u32 pairs;             // of a pack's items
  u32 singles_to, sets;  // words before a pack's pairs; of all its sets
  kind single, pair_of;
  u32 single_fours, fours;  // by the sets of another pack: of items, in all

  float *sum;              // [packs, sets]
  u32 *index;              // [packs, capacity] of the item at each rank
  float *weight;           // by index, [items]
  u32 *place;              // by index, [items]: pack · capacity + rank
  float *load;             // [packs]
  u32 *pair;               // [pairs]: the ranks, the lower one | the higher one << 8
  u32 *best, *code;        // of this round and the next: the greatest gain, the first swap that has it
  u32 *top, *bottom;       // the heaviest and the lightest pack
  u32 *changed;            // the two packs of the last swap
  u32 *candidate;          // the block's
};

DEVICE paired lay_out(u32 *memory, u32 items, u32 packs) {
  paired c;
  c.items = items, c.packs = packs, c.capacity = items / packs;
  c.pairs = c.capacity * (c.capacity - 1) / 2;
  c.single = kind_of(c.capacity);
  c.pair_of = kind_of(c.pairs);
  c.singles_to = c.single.fours * 4;
  c.sets = c.singles_to + c.pair_of.fours * 4;
  c.single_fours = c.capacity * c.single.fours;
  c.fours = c.single_fours + c.pairs * c.pair_of.fours;
  c.sum = (float *)memory;
  c.index = memory + packs * c.sets;
  c.weight = (float *)(c.index + items);
  c.place = c.index + 2 * items;
  c.load = (float *)(c.place + items);
  c.pair = c.place + items + packs;
  c.best = c.pair + c.pairs;
  c.code = c.best + 2;
  c.top = c.code + 2;
  c.bottom = c.top + 1;
  c.changed = c.bottom + 1;
  c.candidate = c.changed + 2;
  return c;
}

// The ranks of a set's items, the lower one | the higher one << 8; of an item alone
// twice the same.
DEVICE u32 ranks_of(const paired &c, u32 set) { return set < c.capacity ? set | set << 8 : c.pair[set - c.capacity]; }

// Where the sum of a set is among its pack's.
DEVICE u32 word_of(const paired &c, u32 set) { return set < c.capacity ? set : c.singles_to + (set - c.capacity); }

// Sums a set of a pack, by the word where the sum is.
DEVICE void sum_set(const paired &c, u32 pack, u32 word) {
  u32 set = word < c.singles_to ? word : word - c.singles_to + c.capacity;
  bool exists = word < c.singles_to ? word < c.capacity : set < c.capacity + c.pairs;
  float sum = 0;
  if (exists) {
    u32 ranks = ranks_of(c, set), first = ranks & 0xff, second = ranks >> 8;
    sum = c.weight[c.index[pack * c.capacity + first]];
    if (second != first) sum += c.weight[c.index[pack * c.capacity + second]];
  }
  c.sum[pack * c.sets + word] = sum;
}

// Calls f for every step-th four of swaps of the heaviest pack with another, from one
// on: with the sums of four sets of the heaviest, the number of the first of
// them, and the sum and number of the other's set.
template <typename F>
DEVICE void each_quad(const paired &c, u32 other, u32 first, u32 step, F f) {
  const float *from = c.sum + *c.top * c.sets, *to = c.sum + other * c.sets;
  for (u32 at = first; at < c.fours; at += step) {
    bool pairs = at >= c.single_fours;
    u32 b = pairs ? c.pair_of.row(at - c.single_fours) : c.single.row(at);
    u32 a = (pairs ? at - c.single_fours - b * c.pair_of.fours : at - b * c.single.fours) * 4;
    u32 words = pairs ? c.singles_to : 0, sets = pairs ? c.capacity : 0;
    f(*(const quad *)(from + words + a), sets + a, to[words + b], sets + b);
  }
}

DEVICE float most_of(const paired &c, u32 other, u32 first, u32 step, float most) {
  float gap = c.load[*c.top] - c.load[other];
  each_quad(c, other, first, step, [&](const quad &h, u32, float sum, u32) {
    UNROLL for (int t = 0; t < 4; t++) most = __builtin_fmaxf(most, gain_of(bits_float(h.v[t]) - sum, gap));
  });
  return most;
}

// The first of the thread's swaps with another pack that gains as much as the best.
DEVICE u32 first_of(const paired &c, u32 other, u32 first, u32 step, u32 best, u32 code) {
  float gap = c.load[*c.top] - c.load[other];
  each_quad(c, other, first, step, [&](const quad &h, u32 a, float sum, u32 b) {
    UNROLL for (u32 t = 0; t < 4; t++) {
      bool same = float_bits(gain_of(bits_float(h.v[t]) - sum, gap)) == best;
      code = least(code, same ? (a + t) << 16 | other << 8 | b : none);
    }
  });
  return code;
}

// Whether a swap with a pack may gain as much as the best so far.
DEVICE bool promises(const paired &c, u32 other, float best) {
  return other != *c.top && other != *c.bottom && (c.load[*c.top] - c.load[other]) * 0.5f >= best;
}

// Finds the round's swap and leaves its gain in best and itself in code. Returns false
// where no swap gains more than epsilon.
DEVICE bool find_swap(const paired &c, u32 turn, float epsilon) {
  const u32 warps = blockDim.x / 32;
  // A gain is above epsilon ≥ 0, so its bits sort like it.
  float most = most_of(c, *c.bottom, threadIdx.x, blockDim.x, epsilon);
  u32 merit = most > epsilon ? float_bits(most) : 0;
  atomic_max(c.best + turn, merit);
  block_barrier();
  float near = __builtin_fmaxf(epsilon, bits_float(c.best[turn]));
  block_barrier();
  for (u32 pack = warp_index(); pack < c.packs; pack += warps) {
    if (promises(c, pack, near)) most = most_of(c, pack, lane_index(), 32, most);
  }
  u32 more = most > epsilon ? float_bits(most) : 0;
  if (more > merit) atomic_max(c.best + turn, more);
  block_barrier();
  u32 winner = c.best[turn];
  if (winner == 0) return false;
  u32 code = none;
  if (merit == winner) code = first_of(c, *c.bottom, threadIdx.x, blockDim.x, winner, code);
  if (more == winner) {
    for (u32 pack = warp_index(); pack < c.packs; pack += warps) {
      if (promises(c, pack, bits_float(winner))) code = first_of(c, pack, lane_index(), 32, winner, code);
    }
  }
  if (code != none) atomic_min(c.code + turn, code);
  block_barrier();
  return true;
}

// Finds the heaviest and the lightest pack. One warp.
DEVICE void find_extremes(const paired &c) {
  u32 top = heaviest(c.load, c.packs), bottom = lightest(c.load, c.packs);
  if (lane_index() == 0) *c.top = top, *c.bottom = bottom;
}

// Makes the swap found, and ready for the next round. The first warp.
DEVICE void swap_sets(const paired &c, u32 turn) {
  u32 lane = lane_index(), top = *c.top, code = c.code[turn], a = code >> 16, to = code >> 8 & 0xff, b = code & 0xff;
  u32 from_ranks = ranks_of(c, a), to_ranks = ranks_of(c, b);
  float delta = c.sum[top * c.sets + word_of(c, a)] - c.sum[to * c.sets + word_of(c, b)];
  if (lane == 0 || (lane == 1 && a >= c.capacity)) {  // the items of the lower ranks, of the higher
    u32 from_place = top * c.capacity + (from_ranks >> 8 * lane & 0xff);
    u32 to_place = to * c.capacity + (to_ranks >> 8 * lane & 0xff);
    u32 x = c.index[from_place], y = c.index[to_place];
    c.index[from_place] = y;
    c.index[to_place] = x;
    c.place[x] = to_place;
    c.place[y] = from_place;
  }
  if (lane == 0) {
    c.load[top] -= delta;
    c.load[to] += delta;
    c.changed[0] = top;
    c.changed[1] = to;
    c.best[turn ^ 1] = 0;
    c.code[turn ^ 1] = none;
  }
  warp_barrier();
  find_extremes(c);
}

DEVICE void refine_pairs_of(const refinement &r) {
  paired c = lay_out(block_memory(), r.items, r.packs);
  if (warp_index() == 0) r.begin(c.candidate, c.best, c.code);
  block_barrier();
  u64 row = (u64)*c.candidate * r.pitch;
  for (u32 i = threadIdx.x; i < c.items; i += blockDim.x) {
    u32 place = half_at(r.place + row / 2, i);
    c.weight[i] = r.sorted[row + i];
    c.place[i] = place;
    c.index[place] = i;
  }
  for (u32 low = threadIdx.x; low < c.capacity; low += blockDim.x) {
    u32 at = low * (2 * c.capacity - low - 1) / 2;
    for (u32 high = low + 1; high < c.capacity; high++) c.pair[at++] = low | high << 8;
  }
  block_barrier();
  for (u32 at = threadIdx.x; at < c.packs * c.sets; at += blockDim.x) sum_set(c, at / c.sets, at % c.sets);
  auto pack_of = [&](u32 i) { return c.place[i] / c.capacity; };
  if (warp_index() == 0) {
    sum_loads(c.weight, pack_of, c.items, c.load, c.packs);
    find_extremes(c);
  }
  block_barrier();

  u32 steps = 0;
  for (u32 turn = 0; steps < r.rounds; steps++, turn ^= 1) {
    if (!find_swap(c, turn, r.epsilon)) break;
    if (warp_index() == 0) swap_sets(c, turn);
    block_barrier();
    for (u32 at = threadIdx.x; at < 2 * c.sets; at += blockDim.x) {
      u32 second = at >= c.sets;
      sum_set(c, c.changed[second], at - second * c.sets);
    }
    block_barrier();
  }

  for (u32 i = threadIdx.x; i < c.items; i += blockDim.x) {
    r.out.place[(u64)blockIdx.x * r.pitch + half_at(r.order + row / 2, i)] = c.place[i];
  }
  if (warp_index() == 0) {
    sum_loads(c.weight, pack_of, c.items, c.load, c.packs);
    find_extremes(c);
    warp_barrier();
    float score = c.load[*c.top] - c.load[*c.bottom];
    if (lane_index() == 0) *(two *)(r.out.score + 2 * blockIdx.x) = {{float_bits(score), steps}};
  }
  finish(r.out, r.answer, r.layer(), c.capacity, c.candidate);
}

KERNEL(refine_threads)
refine_pairs(REFINEMENT_PARAMETERS) { refine_pairs_of(REFINEMENT_ARGUMENTS); }
SIMULATED(refine_pairs)

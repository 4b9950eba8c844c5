// refine_large_max_any, refine_large_two_opt: refines every kept candidate by
// swaps and chooses, for any number of items.
//
// One block refines one candidate, in global memory. Every pack has the list of
// its items by falling weight (the layer's LPT order, dealt out to the packs).
// For an item i of the heaviest pack and another pack, partners down that pack's
// list have rising δ = w_i − w_j, and a swap's score has its extreme where it
// turns; a binary search finds the turn. So a round looks at
// items · log(capacity) pairs and none of n². The best score found, the first i
// that reaches it and then the first j are found one after the other, which
// settles ties whatever rounding does.
//
// An item's index, which decides ties, is its position in the candidate's order for
// Max-Any and the item itself for 2-opt. order and place are of 32 bits; scratch is
// [layers · keep, 4·items + 2·packs].
#include "refinement.cuh"
#include "loads.cuh"

const u32 refine_threads = 256;
const u32 refine_warps = refine_threads / 32;

// One candidate in global memory.
struct packed {
  u32 items, packs, capacity;
  float *weight;         // by index
  u32 *place;            // by index
  u32 *inverse;          // index of an item, [items]
  u32 *list;             // [packs, capacity]
  u32 *count;            // entries of a list while it is dealt out, [packs]
  float *load;           // [packs]
  u32 *shared;           // of the block, [refine_warps + 3]
  DEVICE u32 pack_of(u32 index) const { return place[index] / capacity; }
  DEVICE float listed_weight(u32 pack, u32 at) const { return weight[list[pack * capacity + at]]; }
};

// Least or greatest of all threads' values, the same in all threads.
template <bool greatest>
DEVICE u32 block_extreme(const packed &c, u32 v) {
  v = greatest ? reduce_max(v) : reduce_min(v);
  block_barrier();
  if (lane_index() == 0) c.shared[warp_index()] = v;
  block_barrier();
  u32 all = c.shared[lane_index() % refine_warps];
  return greatest ? reduce_max(all) : reduce_min(all);
}

// The heaviest and the lightest pack, in all threads.
struct extremes {
  u32 top, bottom;
};
DEVICE extremes find_extremes(const packed &c) {
  block_barrier();
  if (warp_index() == 0) {
    u32 top = heaviest(c.load, c.packs), bottom = lightest(c.load, c.packs);
    if (lane_index() == 0) {
      c.shared[refine_warps] = top;
      c.shared[refine_warps + 1] = bottom;
    }
  }
  block_barrier();
  return {c.shared[refine_warps], c.shared[refine_warps + 1]};
}

// Deals the items, heaviest first, out to the lists of their packs. One warp.
DEVICE void deal_lists(const packed &c, const u32 *lpt, bool by_item) {
  for (u32 p = lane_index(); p < c.packs; p += 32) c.count[p] = 0;
  warp_barrier();
  for (u32 base = 0; base < c.items; base += 32) {
    bool valid = base + lane_index() < c.items;
    u32 item = valid ? lpt[base + lane_index()] : 0;
    u32 index = valid && !by_item ? c.inverse[item] : item;
    u32 pack = valid ? c.pack_of(index) : none;
    u32 same = match(pack);
    u32 listed = valid ? c.count[pack] : 0;
    warp_barrier();
    if (valid) {
      c.list[pack * c.capacity + listed + count_lanes(same & lanes_below())] = index;
      if ((same & lanes_below()) == 0) c.count[pack] = listed + count_lanes(same);
    }
    warp_barrier();
  }
}

struct swap {
  bool found;
  u32 i, j;
};

// The first place in a pack's list for which turned(δ) holds, or capacity.
template <typename Turned>
DEVICE u32 find_turn(const packed &c, u32 pack, float weight, Turned turned) {
  u32 low = 0, high = c.capacity;
  while (low < high) {
    u32 middle = (low + high) / 2;
    if (turned(weight - c.listed_weight(pack, middle))) high = middle;
    else low = middle + 1;
  }
  return low;
}

DEVICE swap max_any(const packed &c, float epsilon) {
  u32 top = find_extremes(c).top;
  float most = c.load[top];
  float best = epsilon;
  u32 first = none;
  for (u32 t = threadIdx.x; t < c.items; t += refine_threads) {
    u32 other = t % c.packs;
    if (other == top) continue;
    float gap = most - c.load[other];
    if (gap / 2 < best) continue;  // no gain is above half the gap
    u32 i = c.list[top * c.capacity + t / c.packs];
    float weight = c.weight[i];
    u32 turn = find_turn(c, other, weight, [=](float delta) { return delta >= gap - delta; });
    for (u32 at = turn - (turn > 0); at <= turn && at < c.capacity; at++) {
      float gain = gain_of(weight - c.listed_weight(other, at), gap);
      if (gain > best || (gain == best && first != none && i < first)) best = gain, first = i;
    }
  }
  u32 score = first == none ? 0 : float_bits(best);
  u32 winner = block_extreme<true>(c, score);
  if (winner == 0) return {false, 0, 0};
  u32 i = block_extreme<false>(c, score == winner ? first : none);
  u32 j = none;
  for (u32 at = threadIdx.x; at < c.items && j == none; at += refine_threads) {
    u32 other = c.pack_of(at);
    if (other == top) continue;
    float gain = gain_of(c.weight[i] - c.weight[at], most - c.load[other]);
    if (float_bits(gain) == winner) j = at;
  }
  return {true, i, block_extreme<false>(c, j)};
}

DEVICE swap two_opt(const packed &c, float epsilon) {
  extremes e = find_extremes(c);
  float difference = c.load[e.top] - c.load[e.bottom];
  float best = __builtin_inff();
  u32 first = none;
  for (u32 t = threadIdx.x; t < c.capacity; t += refine_threads) {
    u32 i = c.list[e.top * c.capacity + t];
    float weight = c.weight[i];
    u32 turn = find_turn(c, e.bottom, weight, [=](float delta) { return difference - 2 * delta <= 0; });
    for (u32 at = turn - (turn > 0); at <= turn && at < c.capacity; at++) {
      float rest = rest_of(weight - c.listed_weight(e.bottom, at), difference);
      if (rest < best || (rest == best && i < first)) best = rest, first = i;
    }
  }
  u32 winner = block_extreme<false>(c, float_bits(best));
  if (!(bits_float(winner) < difference - epsilon)) return {false, 0, 0};
  u32 i = block_extreme<false>(c, float_bits(best) == winner ? first : none);
  u32 j = none;
  for (u32 t = threadIdx.x; t < c.capacity; t += refine_threads) {
    u32 at = c.list[e.bottom * c.capacity + t];
    float rest = rest_of(c.weight[i] - c.weight[at], difference);
    if (float_bits(rest) == winner) j = least(j, at);
  }
  return {true, i, block_extreme<false>(c, j)};
}

// Replaces an item of a pack's list and keeps it by falling weight. One warp.
DEVICE void replace(const packed &c, u32 pack, u32 leaves, u32 enters) {
  u32 *list = c.list + pack * c.capacity;
  u32 from = none, heavier = 0;
  for (u32 t = lane_index(); t < c.capacity; t += 32) {
    if (list[t] == leaves) from = t;
    else if (c.weight[list[t]] > c.weight[enters]) heavier++;
  }
  from = reduce_min(from);
  u32 to = reduce_add(heavier);
  warp_barrier();
  for (u32 t = from + lane_index(); t - lane_index() < to; t += 32) {  // close the gap from the right
    u32 right = t < to ? list[t + 1] : 0;
    warp_barrier();
    if (t < to) list[t] = right;
    warp_barrier();
  }
  for (u32 back = 0; back + to < from; back += 32) {  // make room from the left
    u32 t = from - back - lane_index();
    bool moves = back + lane_index() + to < from;
    u32 left = moves ? list[t - 1] : 0;
    warp_barrier();
    if (moves) list[t] = left;
    warp_barrier();
  }
  if (lane_index() == 0) list[to] = enters;
}

// Exchanges the items of a swap.
DEVICE void apply(const packed &c, swap s) {
  u32 from = c.pack_of(s.i), to = c.pack_of(s.j);
  block_barrier();
  if (warp_index() == 0) replace(c, from, s.i, s.j);
  if (warp_index() == 1) replace(c, to, s.j, s.i);
  if (threadIdx.x == 64) {
    float delta = c.weight[s.i] - c.weight[s.j];
    c.load[from] -= delta;
    c.load[to] += delta;
    u32 place = c.place[s.i];
    c.place[s.i] = c.place[s.j];
    c.place[s.j] = place;
  }
  block_barrier();
}

template <bool two_opts>
DEVICE void refine_large(const refinement &r, u32 *scratch) {
  u32 n = r.items, *shared = block_memory(), *found = shared + refine_warps + 2;
  scratch += (u64)blockIdx.x * (4 * (u64)n + 2 * r.packs);
  packed c = {n, r.packs, r.capacity(), (float *)scratch, scratch + n, scratch + 2 * (u64)n,
              scratch + 3 * (u64)n, scratch + 4 * (u64)n, (float *)(scratch + 4 * (u64)n + r.packs),
              shared};
  if (warp_index() == 0) {
    u32 candidate = r.find_candidate();
    if (lane_index() == 0) *found = candidate;
  }
  block_barrier();
  u64 row = (u64)*found * r.pitch;
  const u32 *lpt = r.order + (u64)r.layer() * r.candidates * r.pitch;
  for (u32 position = threadIdx.x; position < n; position += refine_threads) {
    u32 item = r.order[row + position];
    u32 index = two_opts ? item : position;
    c.weight[index] = r.sorted[row + position];
    c.place[index] = r.place[row + position];
    c.inverse[item] = index;
  }
  block_barrier();
  auto pack_of = [&](u32 i) { return c.pack_of(i); };
  if (warp_index() == 0) sum_loads(c.weight, pack_of, n, c.load, r.packs);
  if (warp_index() == 1) deal_lists(c, lpt, two_opts);

  u32 steps = 0;
  for (; steps < r.rounds; steps++) {
    swap s = two_opts ? two_opt(c, r.epsilon) : max_any(c, r.epsilon);
    if (!s.found) break;
    apply(c, s);
  }
  block_barrier();
  if (warp_index() == 0) sum_loads(c.weight, pack_of, n, c.load, r.packs);
  extremes e = find_extremes(c);
  if (threadIdx.x == 0) *(two *)(r.out.score + 2 * blockIdx.x) = {{float_bits(c.load[e.top] - c.load[e.bottom]), steps}};
  u32 *place = r.out.place + (u64)blockIdx.x * r.pitch;
  for (u32 i = threadIdx.x; i < n; i += refine_threads) place[two_opts ? i : r.order[row + i]] = c.place[i];
  finish(r.out, r.answer, r.layer(), c.capacity, found);
}

#define REFINE_LARGE(name, two_opts)                       \
  KERNEL(refine_threads)                                   \
  name(REFINEMENT_PARAMETERS, u32 *scratch) {              \
    refine_large<two_opts>(REFINEMENT_ARGUMENTS, scratch); \
  }                                                        \
  SIMULATED(name)

REFINE_LARGE(refine_large_max_any, false)
REFINE_LARGE(refine_large_two_opt, true)

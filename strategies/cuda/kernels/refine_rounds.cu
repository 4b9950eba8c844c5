// refine_rounds_max_any, refine_rounds_two_opt: refines every kept candidate by swaps
// and chooses, for up to 1,024 items and any number of packs whose slots fit into
// shared memory.
//
// One block refines one candidate, up to two items to a thread. An item's index,
// which decides ties, is its position in the candidate's order for Max-Any and the
// item itself for 2-opt. The items of a pack lie together in shared memory, slot =
// pack · (capacity padded to a multiple of four) + rank, and −∞ in slots that do not
// exist, which no swap wants. In a round every thread tries its items against all of
// the heaviest pack; two atomic operations find the best swap, and the first (i, j)
// that is as good. The first warp then swaps and finds the next heaviest pack.
//
// How good a swap is, is its merit, greatest best: the bits of the gain, or those of
// 2-opt's rest, inverted.
#include "refinement.cuh"
#include "loads.cuh"

const u32 refine_threads = 512;
const u32 each = 2;  // items of a thread, refine_threads apart or less

// One candidate in shared memory.
struct packed {
  u32 items, packs, capacity, padded;
  float *slot_weight;   // [packs, padded]
  u32 *slot_index;      // [packs, padded]
  float *weight;        // by index, [items]
  u32 *slot, *pack;     // by index, [items]
  float *load;          // [packs]
  u32 *best, *code;     // of this round and the next: the greatest merit, the first pair that has it
  u32 *top, *bottom;    // the heaviest pack and, for 2-opt, the lightest
  u32 *candidate;       // the block's
};

DEVICE packed lay_out(u32 *memory, u32 items, u32 packs) {
  packed c;
  c.items = items;
  c.packs = packs;
  c.capacity = items / packs;
  c.padded = (c.capacity + 3) / 4 * 4;
  u32 slots = packs * c.padded;
  c.slot_weight = (float *)memory;
  c.slot_index = memory + slots;
  c.weight = (float *)(memory + 2 * slots);
  c.slot = memory + 2 * slots + items;
  c.pack = c.slot + items;
  c.load = (float *)(c.pack + items);
  c.best = c.pack + items + packs;
  c.code = c.best + 2;
  c.top = c.code + 2;
  c.bottom = c.top + 1;
  c.candidate = c.top + 2;
  return c;
}

// Finds the heaviest and the lightest pack. The first warp.
DEVICE void find_extremes(const packed &c, bool lightest_too) {
  u32 top = heaviest(c.load, c.packs), bottom = lightest_too ? lightest(c.load, c.packs) : 0;
  if (lane_index() == 0) {
    *c.top = top;
    *c.bottom = bottom;
  }
}

// Brings the weights of every pack into the slots of their ranks by index.
DEVICE void order_slots(const packed &c) {
  for (u32 i = threadIdx.x; i < c.items; i += blockDim.x) {
    u32 first = c.pack[i] * c.padded, rank = 0;
    for (u32 t = 0; t < c.capacity; t++) rank += c.slot_index[first + t] < i;
    c.slot_weight[first + rank] = c.weight[i];
  }
  block_barrier();
}

// Sums the loads in the order of the slots.
DEVICE void sum_slots(const packed &c) {
  for (u32 p = threadIdx.x; p < c.packs; p += blockDim.x) {
    float sum = 0;
    for (u32 t = 0; t < c.capacity; t++) sum += c.slot_weight[p * c.padded + t];
    c.load[p] = sum;
  }
  block_barrier();
}

// Brings the candidate in. item is which item each of this thread's positions has.
template <bool two_opts>
DEVICE void read(const refinement &r, const packed &c, u32 (&item)[each]) {
  for (u32 p = threadIdx.x; p < c.packs; p += blockDim.x) {
    for (u32 t = c.capacity; t < c.padded; t++) c.slot_weight[p * c.padded + t] = -__builtin_inff();
  }
  u64 row = (u64)*c.candidate * r.pitch;
  UNROLL for (u32 e = 0; e < each; e++) {
    u32 at = threadIdx.x + e * blockDim.x;
    item[e] = 0;
    if (at >= c.items) continue;
    item[e] = half_at(r.order + row / 2, at);
    u32 place = half_at(r.place + row / 2, at), pack = place / c.capacity;
    u32 index = two_opts ? item[e] : at, slot = pack * c.padded + place % c.capacity;
    float weight = r.sorted[row + at];
    c.slot_index[slot] = index;
    c.slot_weight[slot] = weight;
    c.weight[index] = weight;
    c.slot[index] = slot;
    c.pack[index] = pack;
  }
  block_barrier();
  if (two_opts) order_slots(c);  // for Max-Any they are: greedy has filled them by position
  sum_slots(c);
  if (two_opts) {  // back to their own slots
    for (u32 i = threadIdx.x; i < c.items; i += blockDim.x) c.slot_weight[c.slot[i]] = c.weight[i];
  }
  if (warp_index() == 0) find_extremes(c, two_opts);
  block_barrier();
}

// This thread's items in a round, as partners j of the heaviest pack's.
struct partners {
  float weight[each], gap[each];
};

// Sets the gaps, the differences of the loads, and says whether any item takes part.
// One that does not has a gap with which no swap is any good: 0, or ∞ for 2-opt.
template <bool two_opts>
DEVICE bool set_gaps(const packed &c, partners &mine) {
  u32 top = *c.top;
  bool any = false;
  UNROLL for (u32 e = 0; e < each; e++) {
    u32 j = threadIdx.x + e * blockDim.x, pack = j < c.items ? c.pack[j] : top;
    bool part = two_opts ? j < c.items && pack == *c.bottom : pack != top;
    mine.gap[e] = part || !two_opts ? c.load[top] - c.load[pack] : __builtin_inff();
    any = any || part;
  }
  return any;
}

// The gain of a swap, or the rest of 2-opt.
template <bool two_opts>
DEVICE float worth(u32 heavier, const partners &mine, u32 e) {
  float delta = bits_float(heavier) - mine.weight[e];
  return two_opts ? rest_of(delta, mine.gap[e]) : gain_of(delta, mine.gap[e]);
}

// The least code (i, j) of the swaps of this thread that have the given worth.
template <bool two_opts>
DEVICE u32 first_pair(const packed &c, const partners &mine, u32 worth_bits) {
  u32 code = none, heavy = *c.top * c.padded;
  for (u32 from = 0; from < c.padded; from += 32) {
    u32 hits[each] = {};  // a bit per item of the heaviest pack
    for (u32 t = from; t < least(c.padded, from + 32); t += 4) {
      quad h = *(const quad *)(c.slot_weight + heavy + t);
      UNROLL for (u32 s = 0; s < 4; s++) {
        UNROLL for (u32 e = 0; e < each; e++) {
          hits[e] |= (u32)(float_bits(worth<two_opts>(h.v[s], mine, e)) == worth_bits) << (t - from + s);
        }
      }
    }
    UNROLL for (u32 e = 0; e < each; e++) {
      for (; hits[e]; hits[e] &= hits[e] - 1) {
        u32 i = c.slot_index[heavy + from + lowest_lane(hits[e])];
        code = least(code, i << 16 | (threadIdx.x + e * blockDim.x));
      }
    }
  }
  return code;
}

// Finds the round's swap and leaves its pair in code. Returns false where no swap
// gains more than epsilon.
template <bool two_opts>
DEVICE bool find_swap(const packed &c, u32 turn, partners &mine, float epsilon) {
  float best = two_opts ? __builtin_inff() : epsilon;
  if (set_gaps<two_opts>(c, mine)) {
    const float *heavy = c.slot_weight + *c.top * c.padded;
    for (u32 t = 0; t < c.padded; t += 4) {
      quad h = *(const quad *)(heavy + t);
      UNROLL for (u32 s = 0; s < 4; s++) {
        UNROLL for (u32 e = 0; e < each; e++) {
          float w = worth<two_opts>(h.v[s], mine, e);
          best = two_opts ? __builtin_fminf(best, w) : __builtin_fmaxf(best, w);
        }
      }
    }
  }
  // Neither a gain nor a rest is negative, so bits sort like numbers. All lanes take
  // part: the compiler reduces over the warp before the atomic operation.
  u32 merit = two_opts ? ~float_bits(best) : best > epsilon ? float_bits(best) : 0;
  atomic_max(c.best + turn, merit);
  block_barrier();
  u32 winner = c.best[turn];
  float difference = c.load[*c.top] - c.load[*c.bottom];  // of 2-opt
  if (two_opts ? !(bits_float(~winner) < difference - epsilon) : winner == 0) return false;
  if (merit == winner) atomic_min(c.code + turn, first_pair<two_opts>(c, mine, two_opts ? ~winner : winner));
  block_barrier();
  return true;
}

// Exchanges the items of the swap found, and makes ready for the next round. The
// first warp.
DEVICE void swap_items(const packed &c, u32 turn, bool two_opts) {
  u32 code = c.code[turn], i = code >> 16, j = code & 0xffff;
  u32 from = c.pack[i], to = c.pack[j], slot_i = c.slot[i], slot_j = c.slot[j];
  float weight_i = c.weight[i], weight_j = c.weight[j], delta = weight_i - weight_j;
  warp_barrier();
  if (lane_index() == 0) {
    c.load[from] -= delta;
    c.pack[i] = to;
    c.slot[i] = slot_j;
    c.slot_weight[slot_j] = weight_i;
    c.slot_index[slot_j] = i;
    c.best[turn ^ 1] = 0;
    c.code[turn ^ 1] = none;
  }
  if (lane_index() == 1) {
    c.load[to] += delta;
    c.pack[j] = from;
    c.slot[j] = slot_i;
    c.slot_weight[slot_i] = weight_j;
    c.slot_index[slot_i] = j;
  }
  warp_barrier();
  find_extremes(c, two_opts);
}

template <bool two_opts>
DEVICE void refine_rounds(const refinement &r) {
  packed c = lay_out(block_memory(), r.items, r.packs);
  if (warp_index() == 0) r.begin(c.candidate, c.best, c.code);
  block_barrier();
  u32 item[each];
  read<two_opts>(r, c, item);
  partners mine;
  UNROLL for (u32 e = 0; e < each; e++) {
    u32 j = threadIdx.x + e * blockDim.x;
    mine.weight[e] = j < c.items ? c.weight[j] : 0;
  }

  u32 steps = 0;
  for (u32 turn = 0; steps < r.rounds; steps++, turn ^= 1) {
    if (!find_swap<two_opts>(c, turn, mine, r.epsilon)) break;
    if (warp_index() == 0) swap_items(c, turn, two_opts);
    block_barrier();
  }

  u32 *place = r.out.place + (u64)blockIdx.x * r.pitch;
  UNROLL for (u32 e = 0; e < each; e++) {
    u32 index = threadIdx.x + e * blockDim.x;
    if (index >= c.items) continue;
    u32 pack = c.pack[index];
    place[two_opts ? index : item[e]] = pack * c.capacity + (c.slot[index] - pack * c.padded);
  }
  order_slots(c);
  sum_slots(c);
  if (warp_index() == 0) {
    find_extremes(c, true);
    warp_barrier();
    float score = c.load[*c.top] - c.load[*c.bottom];
    if (lane_index() == 0) *(two *)(r.out.score + 2 * blockIdx.x) = {{float_bits(score), steps}};
  }
  finish(r.out, r.answer, r.layer(), c.capacity, c.candidate);
}

#define REFINE_ROUNDS(name, two_opts)              \
  KERNEL(refine_threads)                           \
  name(REFINEMENT_PARAMETERS) {                    \
    refine_rounds<two_opts>(REFINEMENT_ARGUMENTS); \
  }                                                \
  SIMULATED(name)

REFINE_ROUNDS(refine_rounds_max_any, false)
REFINE_ROUNDS(refine_rounds_two_opt, true)

// refine_quick_<Q>: refines every kept candidate by Max-Any swaps and chooses, for
// up to 32 packs of up to 4·Q items.
//
// One block refines one candidate, a thread to an item. An item's index, which
// decides ties, is its position in the candidate's order. The items of a pack lie
// together in shared memory, slot = pack · 4·Q + rank, and −∞ in slots that do not
// exist, which no swap wants. In a round every thread tries its item against all of
// the heaviest pack and keeps the gains; two atomic operations find the greatest,
// and the first (i, j) that has it. The first warp, which has the loads, a pack to
// a lane, then swaps and finds the next heaviest pack.
#include "refinement.cuh"

const u32 refine_threads = 512;

// One candidate in shared memory.
struct packed {
  float *slot_weight;     // [packs, 4·Q]
  u32 *slot_index;        // [packs, 4·Q]
  float *weight;          // by index, [items]
  u32 *slot, *pack;       // by index, [items]
  float *load;            // [packs]
  u32 *best, *code;       // of this round and the next: the greatest gain, the first pair that has it
  u32 *top, *candidate;   // the heaviest pack; the block's candidate
};

template <u32 Q>
DEVICE packed lay_out(u32 *memory, u32 items, u32 packs) {
  u32 slots = packs * 4 * Q;
  packed c;
  c.slot_weight = (float *)memory;
  c.slot_index = memory + slots;
  c.weight = (float *)(memory + 2 * slots);
  c.slot = memory + 2 * slots + items;
  c.pack = c.slot + items;
  c.load = (float *)(c.pack + items);
  c.best = c.pack + items + packs;
  c.code = c.best + 2;
  c.top = c.code + 2;
  c.candidate = c.top + 1;
  return c;
}

// The heaviest pack, lowest index on ties. The first warp, a pack to a lane.
DEVICE u32 find_heaviest(float load, u32 packs) {
  u32 key = lane_index() < packs ? ordered_bits(load) : 0;
  return lowest_lane(ballot(key == reduce_max(key)));
}

// The load of the lane's pack, summed in the order of its slots.
template <u32 Q>
DEVICE float sum_slots(const packed &c, u32 packs, u32 capacity) {
  float load = 0;
  if (lane_index() >= packs) return load;
  for (u32 t = 0; t < capacity; t++) load += c.slot_weight[lane_index() * 4 * Q + t];
  return load;
}

// Finds the round's swap and leaves its gain in best and its pair in code. Returns
// false where no swap gains more than epsilon.
template <u32 Q>
DEVICE bool find_swap(const packed &c, u32 turn, bool exists, float weight, float epsilon) {
  u32 top = *c.top, pack = exists ? c.pack[threadIdx.x] : top;
  const float *heavy = c.slot_weight + top * 4 * Q;
  quad h[Q];
  UNROLL for (u32 q = 0; q < Q; q++) h[q] = *(const quad *)(heavy + 4 * q);
  float gap = c.load[top] - c.load[pack];  // 0 in the heaviest pack, where nothing gains
  float gain[4 * Q], most = epsilon;
  UNROLL for (u32 t = 0; t < 4 * Q; t++) gain[t] = gain_of(bits_float(h[t / 4].v[t % 4]) - weight, gap);
  UNROLL for (u32 t = 0; t < 4 * Q; t++) most = __builtin_fmaxf(most, gain[t]);
  // A gain is above epsilon ≥ 0, so its bits sort like it. All lanes take part: the
  // compiler reduces over the warp before the atomic operation.
  u32 merit = most > epsilon ? float_bits(most) : 0;
  atomic_max(c.best + turn, merit);
  block_barrier();
  u32 winner = c.best[turn];
  if (winner == 0) return false;
  if (merit == winner) {
    u32 first = none;
    UNROLL for (u32 t = 0; t < 4 * Q; t++) {
      if (float_bits(gain[t]) == winner) first = least(first, c.slot_index[top * 4 * Q + t]);
    }
    atomic_min(c.code + turn, first << 16 | threadIdx.x);
  }
  block_barrier();
  return true;
}

// Exchanges the items of the swap found, and makes ready for the next round. The
// first warp; load is its lanes'.
DEVICE void swap_items(const packed &c, u32 turn, u32 packs, float &load) {
  u32 lane = lane_index(), top = *c.top, code = c.code[turn], i = code >> 16, j = code & 0xffff;
  u32 to = c.pack[j], slot_i = c.slot[i], slot_j = c.slot[j];
  float weight_i = c.weight[i], weight_j = c.weight[j], delta = weight_i - weight_j;
  warp_barrier();
  bool gives = lane == top, takes = lane == to;
  load = gives ? load - delta : takes ? load + delta : load;
  if (gives | takes) c.load[lane] = load;
  u32 next = find_heaviest(load, packs);
  // Lane 0 moves i, lane 1 moves j.
  u32 index = lane == 0 ? i : j, slot = lane == 0 ? slot_j : slot_i;
  if (lane < 2) {
    c.pack[index] = lane == 0 ? to : top;
    c.slot[index] = slot;
    c.slot_weight[slot] = lane == 0 ? weight_i : weight_j;
    c.slot_index[slot] = index;
  }
  if (lane == 0) {
    *c.top = next;
    c.best[turn ^ 1] = 0;
    c.code[turn ^ 1] = none;
  }
}

template <u32 Q>
DEVICE void refine_quick(const refinement &r) {
  u32 n = r.items, capacity = r.capacity(), index = threadIdx.x;
  packed c = lay_out<Q>(block_memory(), n, r.packs);
  if (warp_index() == 0) r.begin(c.candidate, c.best, c.code);
  for (u32 t = index; t < r.packs * 4 * Q; t += blockDim.x) {
    c.slot_weight[t] = -__builtin_inff();
    c.slot_index[t] = none;
  }
  block_barrier();
  u64 row = (u64)*c.candidate * r.pitch;
  u32 item = 0;
  float weight = 0;
  bool exists = index < n;
  if (exists) {
    item = half_at(r.order + row / 2, index);
    u32 place = half_at(r.place + row / 2, index), pack = place / capacity, slot = pack * 4 * Q + place % capacity;
    weight = r.sorted[row + index];
    c.slot_index[slot] = index;
    c.slot_weight[slot] = weight;
    c.weight[index] = weight;
    c.slot[index] = slot;
    c.pack[index] = pack;
  }
  block_barrier();
  float load = 0;  // the first warp's
  if (warp_index() == 0) {
    // Greedy has filled the slots by position, so this is in order.
    load = sum_slots<Q>(c, r.packs, capacity);
    if (lane_index() < r.packs) c.load[lane_index()] = load;
    u32 top = find_heaviest(load, r.packs);
    if (lane_index() == 0) *c.top = top;
  }
  block_barrier();

  u32 steps = 0;
  for (u32 turn = 0; steps < r.rounds; steps++, turn ^= 1) {
    if (!find_swap<Q>(c, turn, exists, weight, r.epsilon)) break;
    if (warp_index() == 0) swap_items(c, turn, r.packs, load);
    block_barrier();
  }

  // The loads are summed afresh, items by rising index: every weight goes to the
  // slot of its rank by index.
  u32 pack = 0, rank = 0, place = 0;
  if (exists) {
    pack = c.pack[index];
    place = pack * capacity + (c.slot[index] - pack * 4 * Q);
    UNROLL for (u32 q = 0; q < Q; q++) {
      quad other = *(const quad *)(c.slot_index + pack * 4 * Q + 4 * q);
      UNROLL for (u32 s = 0; s < 4; s++) rank += (4 * q + s < capacity) & (other.v[s] < index);
    }
  }
  if (exists) {
    c.slot_weight[pack * 4 * Q + rank] = weight;
    r.out.place[(u64)blockIdx.x * r.pitch + item] = place;
  }
  block_barrier();
  if (warp_index() == 0) {
    float load = sum_slots<Q>(c, r.packs, capacity);
    bool mine = lane_index() < r.packs;
    float high = from_ordered_bits(reduce_max(mine ? ordered_bits(load) : 0));
    float low = from_ordered_bits(reduce_min(mine ? ordered_bits(load) : none));
    if (lane_index() == 0) *(two *)(r.out.score + 2 * blockIdx.x) = {{float_bits(high - low), steps}};
  }
  finish(r.out, r.answer, r.layer(), capacity, c.top);
}

#define REFINE_QUICK(name, Q)                \
  KERNEL(refine_threads)                     \
  name(REFINEMENT_PARAMETERS) {              \
    refine_quick<Q>(REFINEMENT_ARGUMENTS);   \
  }                                          \
  SIMULATED(name)

REFINE_QUICK(refine_quick_1, 1)
REFINE_QUICK(refine_quick_2, 2)
REFINE_QUICK(refine_quick_3, 3)
REFINE_QUICK(refine_quick_4, 4)

// refine_small_max_any, refine_small_two_opt: refines every kept candidate by
// swaps, for up to 1,024 items.
//
// One warp (a block of its own) refines one candidate in shared memory. An
// item's index, which decides ties, is its position in the candidate's order
// for Max-Any and the item itself for 2-opt. In each round the warp lists the
// items of the heaviest pack; every lane takes other items in turn and tries
// each of the list, capacity · items pairs in all. Two reductions find the best
// swap and, among equals, the first in (i, j).
//
// place [layers, candidates, items] is updated for the kept candidates, by
// index. Writes score (max − min of the loads, summed afresh) and steps (swaps
// applied), [layers, keep].
#include "loads.cuh"

struct refinement {
  const float *weights;  // [layers, items]
  const u32 *order;      // [layers, candidates, items]
  const u32 *ranking;    // [layers, candidates], best first; null: only candidate 0 is kept
  u32 items, packs, candidates, keep, rounds;
  float epsilon;
  u32 *place;
  float *score;
  u32 *steps;
};

// One candidate in shared memory. heavy and light list the items of the heaviest
// and the lightest pack, [capacity]; heavy_weight their weights, padded to a
// multiple of four with −∞, which no swap wants.
struct packed {
  float *heavy_weight;               // aligned to 16 bytes
  float *weight;                     // by index
  u32 *place, *pack, *heavy, *light; // place and pack by index
  float *load;                       // [packs]
};

struct alignas(16) four {
  float weight[4];
};

struct swap {
  bool found;
  u32 i, j;
};

// Lists the items of a pack by rising index, with their weights if asked for.
DEVICE void list_items(const packed &c, u32 pack, u32 items, u32 *list, float *list_weight) {
  u32 listed = 0;
  for (u32 base = 0; base < items; base += 32) {
    u32 i = base + lane_index();
    u32 members = ballot(i < items && c.pack[i] == pack);
    if (members >> lane_index() & 1) {
      u32 at = listed + count_lanes(members & lanes_below());
      list[at] = i;
      if (list_weight) list_weight[at] = c.weight[i];
    }
    listed += count_lanes(members);
  }
}

// The pair (i, j) as one number by which the first of equals is found.
DEVICE u32 pair_code(u32 i, u32 j, u32 items) { return i * items + j; }

DEVICE swap max_any(const packed &c, u32 items, u32 packs, float epsilon) {
  u32 capacity = items / packs;
  u32 top = heaviest(c.load, packs);
  float most = c.load[top];
  list_items(c, top, items, c.heavy, c.heavy_weight);
  warp_barrier();
  float best = epsilon;
  u32 code = none;
  for (u32 j = lane_index(); j < items; j += 32) {
    u32 other = c.pack[j];
    if (other == top) continue;
    float weight = c.weight[j], gap = most - c.load[other];
    float best_of_j = epsilon;
    u32 first = none;  // in the list of heavy items
    for (u32 t = 0; t < capacity; t += 4) {
      four heavy = *(const four *)(c.heavy_weight + t);
      UNROLL for (u32 s = 0; s < 4; s++) {
        float gain = gain_of(heavy.weight[s] - weight, gap);
        if (gain > best_of_j) best_of_j = gain, first = t + s;
      }
    }
    if (first == none || best_of_j < best) continue;
    u32 pair = pair_code(c.heavy[first], j, items);
    if (best_of_j > best || pair < code) best = best_of_j, code = pair;
  }
  // A gain is above epsilon ≥ 0, so its bits sort like it.
  u32 score = code == none ? 0 : float_bits(best);
  u32 winner = reduce_max(score);
  code = reduce_min(score == winner ? code : none);
  return {winner != 0, code / items, code % items};
}

DEVICE swap two_opt(const packed &c, u32 items, u32 packs, float epsilon) {
  u32 capacity = items / packs;
  u32 top = heaviest(c.load, packs), bottom = lightest(c.load, packs);
  float difference = c.load[top] - c.load[bottom];
  list_items(c, top, items, c.heavy, c.heavy_weight);
  list_items(c, bottom, items, c.light, nullptr);
  warp_barrier();
  float best = __builtin_inff();
  u32 code = none;
  for (u32 u = lane_index(); u < capacity; u += 32) {
    u32 j = c.light[u];
    float weight = c.weight[j];
    float best_of_j = __builtin_inff();
    u32 first = none;
    for (u32 t = 0; t < capacity; t += 4) {
      four heavy = *(const four *)(c.heavy_weight + t);
      UNROLL for (u32 s = 0; s < 4; s++) {
        float rest = rest_of(heavy.weight[s] - weight, difference);
        if (rest < best_of_j) best_of_j = rest, first = t + s;
      }
    }
    if (first == none || best_of_j > best) continue;
    u32 pair = pair_code(c.heavy[first], j, items);
    if (best_of_j < best || pair < code) best = best_of_j, code = pair;
  }
  u32 winner = reduce_min(float_bits(best));
  code = reduce_min(float_bits(best) == winner ? code : none);
  return {bits_float(winner) < difference - epsilon, code / items, code % items};
}

// Exchanges the items of a swap. One lane does it; all have read before.
DEVICE void apply(const packed &c, swap s) {
  warp_barrier();
  if (lane_index() == 0) {
    u32 from = c.pack[s.i], to = c.pack[s.j], place = c.place[s.i];
    float delta = c.weight[s.i] - c.weight[s.j];
    c.load[from] -= delta;
    c.load[to] += delta;
    c.pack[s.i] = to;
    c.pack[s.j] = from;
    c.place[s.i] = c.place[s.j];
    c.place[s.j] = place;
  }
  warp_barrier();
}

template <bool two_opts>
DEVICE void refine_small(const refinement &r) {
  u32 layer = blockIdx.x / r.keep, n = r.items, capacity = n / r.packs;
  u32 candidate = r.ranking ? r.ranking[(u64)layer * r.candidates + blockIdx.x % r.keep] : 0;
  u64 row = ((u64)layer * r.candidates + candidate) * n;
  const float *weights = r.weights + (u64)layer * n;

  packed c;
  u32 padded = (capacity + 3) / 4 * 4;
  u32 *memory = block_memory();
  c.heavy_weight = (float *)memory;
  c.weight = (float *)(memory + padded);
  c.place = memory + padded + n;
  c.pack = c.place + n;
  c.heavy = c.pack + n;
  c.light = c.heavy + capacity;
  c.load = (float *)(c.light + capacity);
  if (lane_index() < padded - capacity) c.heavy_weight[capacity + lane_index()] = -__builtin_inff();
  for (u32 position = lane_index(); position < n; position += 32) {
    u32 item = r.order[row + position], place = r.place[row + position];
    u32 index = two_opts ? item : position;
    c.weight[index] = weight_at(weights, item);
    c.place[index] = place;
    c.pack[index] = place / capacity;
  }
  warp_barrier();
  auto pack_of = [&](u32 i) { return c.pack[i]; };
  sum_loads(c.weight, pack_of, n, c.load, r.packs);

  u32 steps = 0;
  for (; steps < r.rounds; steps++) {
    swap s = two_opts ? two_opt(c, n, r.packs, r.epsilon) : max_any(c, n, r.packs, r.epsilon);
    if (!s.found) break;
    apply(c, s);
  }
  warp_barrier();
  sum_loads(c.weight, pack_of, n, c.load, r.packs);
  float score = c.load[heaviest(c.load, r.packs)] - c.load[lightest(c.load, r.packs)];
  if (lane_index() == 0) {
    r.score[blockIdx.x] = score;
    r.steps[blockIdx.x] = steps;
  }
  for (u32 i = lane_index(); i < n; i += 32) r.place[row + i] = c.place[i];
}

#define REFINE_SMALL(name, two_opts)                                                            \
  KERNEL(32)                                                                                    \
  name(const float *RESTRICT weights, const u32 *RESTRICT order, const u32 *RESTRICT ranking,   \
       u32 items, u32 packs, u32 candidates, u32 keep, u32 rounds, float epsilon, u32 *place,   \
       float *RESTRICT score, u32 *RESTRICT steps) {                                            \
    refine_small<two_opts>({weights, order, ranking, items, packs, candidates, keep, rounds,    \
                            epsilon, place, score, steps});                                     \
  }                                                                                             \
  SIMULATED(name)

REFINE_SMALL(refine_small_max_any, false)
REFINE_SMALL(refine_small_two_opt, true)

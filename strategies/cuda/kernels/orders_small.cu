// orders_small_<N>: the orders of the candidates, for up to N items.
//
// One warp makes one order: each lane draws the keys of N/32 items, and the
// warp sorts the words key<<32 | item in registers. Four warps to a block; the
// last block may have idle warps.
#include "draws.cuh"
#include "warpsort.cuh"

const u32 warps_per_block = 4;

struct alignas(16) four {
  u32 item[4];
};

template <int E>
DEVICE void order_small(const orders &o, u32 problems, u32 *order) {
  u32 problem = blockIdx.x * warps_per_block + warp_index();
  if (problem >= problems) return;
  u32 layer = problem / o.candidates, c = problem % o.candidates;
  const float *weights = o.weights + (u64)layer * o.items;

  u64 word[E];
  UNROLL for (int g = 0; g < E / 4; g++) {
    u32 block = g * 32 + lane_index();
    draws4 d = {{0, 0, 0, 0}};
    if (drawn(c) && block * 4 < o.items) d = draws_of(o, layer, c, block);
    UNROLL for (int i = 0; i < 4; i++) {
      u32 item = block * 4 + i;
      // Words beyond the last item sort behind all others.
      u32 key = item < o.items ? sort_key(o, c, weight_at(weights, item), d.draw[i]) : none;
      word[g * 4 + i] = (u64)key << 32 | item;
    }
  }
  warp_sort<E>(word);

  u32 *out = order + (u64)problem * o.items;
  u32 first = lane_index() * E;
  if (c != 1 && o.items % 4 == 0) {  // aligned: four at a time
    UNROLL for (int e = 0; e < E; e += 4) {
      four f = {{(u32)word[e], (u32)word[e + 1], (u32)word[e + 2], (u32)word[e + 3]}};
      if (first + e < o.items) *(four *)(out + first + e) = f;
    }
    return;
  }
  UNROLL for (int e = 0; e < E; e++) {
    if (first + e < o.items) out[position_of(c, first + e, o.items)] = (u32)word[e];
  }
}

#define ORDERS_SMALL(name, E)                                                                   \
  KERNEL(32 * warps_per_block)                                                                  \
  name(const float *RESTRICT weights, const u32 *RESTRICT draws, u32 seed_low, u32 seed_high,   \
       u32 first_layer, u32 items, u32 candidates, u32 random, float spread, float floor,       \
       u32 problems, u32 *RESTRICT order) {                                                     \
    order_small<E>({weights, draws, seed_low, seed_high, first_layer, items, candidates, random, \
                    spread, floor}, problems, order);                                           \
  }                                                                                             \
  SIMULATED(name)

ORDERS_SMALL(orders_small_128, 4)
ORDERS_SMALL(orders_small_256, 8)
ORDERS_SMALL(orders_small_512, 16)
ORDERS_SMALL(orders_small_1024, 32)

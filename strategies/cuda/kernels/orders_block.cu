// orders_block_<N>: the orders of the candidates, for up to N items.
//
// One block makes one order: each thread draws the keys of N/512 items, and the
// block sorts the words key<<32 | item.
//
// Writes by position the item, order [problems, pitch], and its weight, sorted
// [problems, pitch], whose last item is followed by zeros up to a multiple of four.
#include "bitonic.cuh"
#include "draws.cuh"

const u32 order_threads = 512;

template <int E>
DEVICE void order_block(const orders &o, u32 *order, float *sorted) {
  u32 layer = blockIdx.x / o.candidates, c = blockIdx.x % o.candidates;
  const float *weights = o.weights + (u64)layer * o.pitch;

  u64 word[E];
  UNROLL for (int g = 0; g < E / 4; g++) {
    u32 block = g * order_threads + threadIdx.x;
    draws4 d = {{0, 0, 0, 0}};
    if (drawn(c) && block * 4 < o.items) d = draws_of(o, layer, c, block);
    UNROLL for (int i = 0; i < 4; i++) {
      u32 item = block * 4 + i;
      // Words behind the last item sort behind all others.
      u32 key = item < o.items ? sort_key(o, c, weight_at(weights, item), d.draw[i]) : none;
      word[g * 4 + i] = (u64)key << 32 | item;
    }
  }
  bitonic_sort<E, order_threads>(word, (u64 *)block_memory());

  order += (u64)blockIdx.x * o.pitch;
  sorted += (u64)blockIdx.x * o.pitch;
  UNROLL for (int e = 0; e < E; e++) {
    u32 rank = threadIdx.x * E + e, item = (u32)word[e];
    if (rank >= o.items) {
      if (rank < (o.items + 3) / 4 * 4) sorted[rank] = 0;
      continue;
    }
    u32 at = position_of(c, rank, o.items);
    order[at] = item;
    sorted[at] = weight_at(weights, item);
  }
}

#define ORDERS_BLOCK(name, E)                                                  \
  KERNEL(order_threads)                                                        \
  name(ORDERS_PARAMETERS, u32 *RESTRICT order, float *RESTRICT sorted) {       \
    order_block<E>(ORDERS_ARGUMENTS, order, sorted);                           \
  }                                                                            \
  SIMULATED(name)

ORDERS_BLOCK(orders_block_2048, 4)
ORDERS_BLOCK(orders_block_4096, 8)

// orders_large: the orders of the candidates, for any number of items.
//
// One block makes one order at a time, problem after problem, by a radix sort
// in global memory. The grid may be smaller than the number of problems; each
// block has scratch of 3 · items words: keys, keys and items of the other side.
//
// Writes by position the item, order [problems, pitch], and its weight, sorted
// [problems, pitch], whose last item is followed by zeros up to a multiple of four.
#include "blocksort.cuh"
#include "draws.cuh"

DEVICE void order_large(const orders &o, u32 problem, u32 *order, float *sorted, u32 *scratch) {
  u32 layer = problem / o.candidates, c = problem % o.candidates, n = o.items;
  const float *weights = o.weights + (u64)layer * o.pitch;
  order += (u64)problem * o.pitch;
  sorted += (u64)problem * o.pitch;
  pairs a = {scratch, order}, b = {scratch + n, scratch + 2 * (u64)n};
  for (u32 block = threadIdx.x; block * 4 < n; block += sort_threads) {
    draws4 d = {{0, 0, 0, 0}};
    if (drawn(c)) d = draws_of(o, layer, c, block);
    UNROLL for (u32 i = 0; i < 4; i++) {
      u32 item = block * 4 + i;
      if (item >= n) break;
      a.key[item] = sort_key(o, c, weight_at(weights, item), d.draw[i]);
      a.item[item] = item;
    }
  }
  block_barrier();
  block_sort(a, b, n, block_memory(), [=](u32 rank) { return position_of(c, rank, n); });
  for (u32 i = threadIdx.x; i < (n + 3) / 4 * 4; i += sort_threads) sorted[i] = i < n ? weight_at(weights, order[i]) : 0;
}

KERNEL(sort_threads)
orders_large(ORDERS_PARAMETERS, u32 problems, u32 *order, float *RESTRICT sorted, u32 *scratch) {
  orders o = ORDERS_ARGUMENTS;
  u32 *mine = scratch + (u64)blockIdx.x * 3 * items;
  for (u32 problem = blockIdx.x; problem < problems; problem += gridDim.x) {
    order_large(o, problem, order, sorted, mine);
    block_barrier();
  }
}
SIMULATED(orders_large)

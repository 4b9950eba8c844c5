// select: ranks the candidates of each layer by (imbalance, candidate), for any
// number of candidates.
//
// One block ranks one layer at a time by a stable radix sort of the imbalances'
// bits. Each block has scratch of 3 · candidates words. Writes all candidates,
// best first: ranking [layers, candidates].
#include "blocksort.cuh"

KERNEL(sort_threads)
select(const float *RESTRICT imbalance, u32 layers, u32 candidates, u32 *ranking, u32 *scratch) {
  u32 *mine = scratch + (u64)blockIdx.x * 3 * candidates;
  for (u32 layer = blockIdx.x; layer < layers; layer += gridDim.x) {
    pairs a = {mine, ranking + (u64)layer * candidates};
    pairs b = {mine + candidates, mine + 2 * (u64)candidates};
    for (u32 c = threadIdx.x; c < candidates; c += sort_threads) {
      a.key[c] = float_bits(imbalance[(u64)layer * candidates + c]);
      a.item[c] = c;
    }
    block_barrier();
    block_sort(a, b, candidates, block_memory(), [](u32 rank) { return rank; });
  }
}
SIMULATED(select)

// select_small_<N>: ranks the candidates of each layer by (imbalance,
// candidate), for up to N candidates.
//
// One warp per layer sorts the words imbalance<<32 | candidate in registers and
// writes all candidates, best first: ranking [layers, candidates]. An imbalance
// is ≥ 0, so its bits sort like it.
#include "warpsort.cuh"

const u32 warps_per_block = 4;

template <int E>
DEVICE void select_small(const float *imbalance, u32 layers, u32 candidates, u32 *ranking) {
  u32 layer = blockIdx.x * warps_per_block + warp_index();
  if (layer >= layers) return;
  u64 word[E];
  UNROLL for (int e = 0; e < E; e++) {
    u32 c = e * 32 + lane_index();
    u32 key = c < candidates ? float_bits(imbalance[(u64)layer * candidates + c]) : none;
    word[e] = (u64)key << 32 | c;
  }
  warp_sort<E>(word);
  UNROLL for (int e = 0; e < E; e++) {
    u32 rank = lane_index() * E + e;
    if (rank < candidates) ranking[(u64)layer * candidates + rank] = (u32)word[e];
  }
}

#define SELECT_SMALL(name, E)                                                        \
  KERNEL(32 * warps_per_block)                                                       \
  name(const float *RESTRICT imbalance, u32 layers, u32 candidates, u32 *RESTRICT ranking) { \
    select_small<E>(imbalance, layers, candidates, ranking);                         \
  }                                                                                  \
  SIMULATED(name)

SELECT_SMALL(select_small_128, 4)
SELECT_SMALL(select_small_1024, 32)

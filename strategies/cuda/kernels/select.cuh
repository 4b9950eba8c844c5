// Selection: which candidates of a layer are kept.
#pragma once
#include "device.cuh"

// The k-th best (from 0) of a layer's candidates, up to 32·each, by (imbalance,
// candidate). One warp.
template <u32 each>
DEVICE u32 kth_best(const float *imbalance, u32 candidates, u32 k) {
  // A lane has neighbouring candidates, so the lowest lane has the lowest. An
  // imbalance is ≥ 0, so its bits sort like it.
  u32 key[each];
  UNROLL for (u32 e = 0; e < each; e++) {
    u32 c = lane_index() * each + e;
    key[e] = c < candidates ? float_bits(imbalance[c]) : none;
  }
  NO_UNROLL for (u32 i = 0;; i++) {
    u32 own = key[0];
    UNROLL for (u32 e = 1; e < each; e++) own = least(own, key[e]);
    u32 lowest = reduce_min(own);
    u32 holder = lowest_lane(ballot(own == lowest));
    bool searching = lane_index() == holder;
    u32 at = 0;
    UNROLL for (u32 e = 0; e < each; e++) {
      bool found = searching & (key[e] == lowest);
      key[e] = found ? none : key[e];
      at = found ? e : at;
      searching = searching & !found;
    }
    if (i == k) return shuffle(lane_index() * each + at, holder);
  }
}

// The k-th best of a layer's candidates. Where there are more than 256, or k may be
// large, ranking [candidates] has them sorted; else it is null. One warp.
DEVICE u32 kept_candidate(const float *imbalance, const u32 *ranking, u32 candidates, u32 k) {
  if (ranking) return ranking[k];
  if (candidates <= 128) return kth_best<4>(imbalance, candidates, k);
  return kth_best<8>(imbalance, candidates, k);
}

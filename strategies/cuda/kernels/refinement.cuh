// What every refining kernel is given: the kept candidates of a launch's layers.
#pragma once
#include "choice.cuh"
#include "gains.cuh"
#include "select.cuh"

struct refinement {
  const u32 *order;        // [layers, candidates, pitch]
  const float *sorted;     // [layers, candidates, pitch]
  const u32 *place;        // [layers, candidates, pitch]
  const float *imbalance;  // [layers, candidates]
  const u32 *ranking;      // [layers, candidates], best first, or null
  u32 items, pitch, packs, candidates, rounds;
  float epsilon;
  refined out;
  answers answer;

  DEVICE u32 layer() const { return blockIdx.x / out.keep; }
  DEVICE u32 capacity() const { return items / packs; }
  // The number of this block's candidate among all candidates. One warp.
  DEVICE u32 find_candidate() const {
    u32 first = layer() * candidates;
    return first + kept_candidate(imbalance + first, ranking ? ranking + first : ranking, candidates, blockIdx.x % out.keep);
  }
  // Notes the block's candidate, and that the first round has found no swap. One warp.
  DEVICE void begin(u32 *candidate, u32 *best, u32 *code) const {
    u32 found = find_candidate();
    if (lane_index() == 0) {
      *candidate = found;
      best[0] = 0;
      code[0] = none;
    }
  }
};

// The parameters of the refining kernels, and what they are passed on as.
#define REFINEMENT_PARAMETERS                                                                        \
  const u32 *RESTRICT order, const float *RESTRICT sorted, const u32 *RESTRICT place,                \
      const float *RESTRICT imbalance, const u32 *RESTRICT ranking, u32 items, u32 pitch, u32 packs, \
      u32 candidates, u32 rounds, float epsilon, u32 keep, u32 layers, u32 *kept, u32 *score,        \
      u32 *count, u32 *RESTRICT answer
#define REFINEMENT_ARGUMENTS                                                                           \
  {                                                                                                    \
    order, sorted, place, imbalance, ranking, items, pitch, packs, candidates, rounds, epsilon,        \
        {kept, score, count, keep, pitch}, { answer, layers, items }                                   \
  }

// choose: the answer of each layer where nothing is refined: its best candidate.
//
// One block per layer. order and place, [layers, candidates, pitch], are of 16 bits
// where wide is 0.
#include "choice.cuh"
#include "select.cuh"

const u32 choose_threads = 256;

KERNEL(choose_threads)
choose(const u32 *RESTRICT order, const u32 *RESTRICT place, const float *RESTRICT imbalance,
       const u32 *RESTRICT ranking, u32 items, u32 pitch, u32 packs, u32 candidates, u32 wide, u32 layers,
       u32 *RESTRICT answer) {
  u32 layer = blockIdx.x, capacity = items / packs;
  u64 first = (u64)layer * candidates;
  // Every warp on its own, which saves a barrier.
  u64 row = (first + kept_candidate(imbalance + first, ranking ? ranking + first : ranking, candidates, 0)) * pitch;
  answers out = {answer, layers, items};
  for (u32 i = threadIdx.x; i < items; i += choose_threads) {
    u32 item = wide ? order[row + i] : half_at(order + row / 2, i);
    out.set_place(layer, item, wide ? place[row + i] : half_at(place + row / 2, i), capacity);
  }
  if (threadIdx.x == 0) out.set_steps(layer, 0);
}
SIMULATED(choose)

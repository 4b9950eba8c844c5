// fetch: copies words of page-locked host memory, which the device has mapped,
// into its own. words is a multiple of 4. A kernel costs less than a copy
// command, and so all of a run is kernels.
#include "device.cuh"

const u32 fetch_threads = 256;

KERNEL(fetch_threads)
fetch(const u32 *RESTRICT from, u64 words, u32 *RESTRICT to) {
  u64 at = ((u64)blockIdx.x * fetch_threads + threadIdx.x) * 4;
  if (at >= words) return;
  quad q = *(const quad *)(from + at);
  *(quad *)(to + at) = {{q.v[0], q.v[1], q.v[2], q.v[3]}};
}
SIMULATED(fetch)

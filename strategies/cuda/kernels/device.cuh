// What the kernels use of CUDA, without a toolkit's headers: compiled by clang
// for the device, and for the host against the simulated driver (../sim).
//
// Every warp function below takes part with all 32 lanes: kernels keep control
// flow around them uniform in a warp. None of them orders memory but
// warp_barrier and block_barrier.
#pragma once

typedef unsigned int u32;
typedef unsigned long long u64;

const u32 all_lanes = 0xffffffffu;

#ifdef __CUDA__

#define __device__ __attribute__((device))
#define __global__ __attribute__((global))
#define __shared__ __attribute__((shared))
#include <__clang_cuda_builtin_vars.h>

#define DEVICE __device__ __attribute__((always_inline)) inline
// A kernel for blocks of at most the given number of threads.
#define KERNEL(threads) extern "C" __global__ void __attribute__((launch_bounds(threads)))
#define SIMULATED(kernel)  // registers the kernel with the simulated driver
#define RESTRICT __restrict__
#define UNROLL _Pragma("unroll")
#define NO_UNROLL _Pragma("clang loop unroll(disable)")

// The block's dynamic shared memory, in 4-byte words. The alignment is that of the
// widest access.
extern __shared__ __attribute__((aligned(16))) u32 dynamic_shared[];
DEVICE u32 *block_memory() { return dynamic_shared; }

DEVICE u32 ballot(bool p) { return __nvvm_vote_ballot_sync(all_lanes, p); }
DEVICE u32 match(u32 v) { return __nvvm_match_any_sync_i32(all_lanes, v); }
DEVICE u32 reduce_min(u32 v) { return __nvvm_redux_sync_umin(v, all_lanes); }
DEVICE u32 reduce_max(u32 v) { return __nvvm_redux_sync_umax(v, all_lanes); }
DEVICE u32 reduce_add(u32 v) { return __nvvm_redux_sync_add(v, all_lanes); }
DEVICE u32 shuffle(u32 v, u32 lane) { return __nvvm_shfl_sync_idx_i32(all_lanes, v, lane, 31); }
DEVICE u32 shuffle_up(u32 v, u32 by) { return __nvvm_shfl_sync_up_i32(all_lanes, v, by, 0); }
DEVICE u64 shuffle_xor(u64 v, u32 mask) {
  u32 low = __nvvm_shfl_sync_bfly_i32(all_lanes, (u32)v, mask, 31);
  u32 high = __nvvm_shfl_sync_bfly_i32(all_lanes, (u32)(v >> 32), mask, 31);
  return (u64)high << 32 | low;
}
DEVICE void warp_barrier() { __nvvm_bar_warp_sync(all_lanes); }
DEVICE void block_barrier() { __syncthreads(); }

#else
#include "simulated.h"
#endif

DEVICE u32 lane_index() { return threadIdx.x % 32; }
DEVICE u32 warp_index() { return threadIdx.x / 32; }
DEVICE u32 lanes_below() { return (1u << lane_index()) - 1; }
DEVICE u32 lowest_lane(u32 lanes) { return __builtin_ctz(lanes); }
DEVICE u32 count_lanes(u32 lanes) { return __builtin_popcount(lanes); }
DEVICE u32 least(u32 a, u32 b) { return a < b ? a : b; }

DEVICE u32 float_bits(float x) { return __builtin_bit_cast(u32, x); }
DEVICE float bits_float(u32 x) { return __builtin_bit_cast(float, x); }
DEVICE float magnitude(float x) { return bits_float(float_bits(x) & 0x7fffffffu); }

// A weight as strategies see it: −0 counts as 0.
DEVICE float weight_at(const float *weights, u64 i) { return magnitude(weights[i]); }

// An integer with the order of x among all floats (x no NaN). Above 0.
DEVICE u32 ordered_bits(float x) {
  u32 b = float_bits(x);
  return b >> 31 ? ~b : b | 0x80000000u;
}

const u32 none = 0xffffffffu;

// What the kernels use of CUDA, without a toolkit's headers: compiled by clang
// for the device, and for the host against the simulated driver (../sim).
//
// Every warp function below takes part with all 32 lanes: kernels keep control
// flow around them uniform in a warp. None of them orders memory but
// warp_barrier and block_barrier. What another block of the same launch wrote is
// read through volatile, after a fence.
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
DEVICE u32 shuffle_down(u32 v, u32 by) { return __nvvm_shfl_sync_down_i32(all_lanes, v, by, 31); }
DEVICE u32 swap_lanes(u32 v, u32 mask) { return __nvvm_shfl_sync_bfly_i32(all_lanes, v, mask, 31); }
DEVICE u64 swap_lanes(u64 v, u32 mask) {
  return (u64)swap_lanes((u32)(v >> 32), mask) << 32 | swap_lanes((u32)v, mask);
}
// Atomic operations on one word; increment returns the former value.
DEVICE u32 atomic_increment(u32 *p) { return (u32)__nvvm_atom_add_gen_i((int *)p, 1); }
DEVICE void atomic_max(u32 *p, u32 v) { __nvvm_atom_max_gen_ui(p, v); }
DEVICE void atomic_min(u32 *p, u32 v) { __nvvm_atom_min_gen_ui(p, v); }
// Orders what this thread has seen or done before what it does next, for all
// threads of the device.
DEVICE void fence() { asm volatile("fence.acq_rel.gpu;" ::: "memory"); }
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
DEVICE u32 greatest(u32 a, u32 b) { return a > b ? a : b; }

DEVICE u32 float_bits(float x) { return __builtin_bit_cast(u32, x); }
DEVICE float bits_float(u32 x) { return __builtin_bit_cast(float, x); }
DEVICE float magnitude(float x) { return bits_float(float_bits(x) & 0x7fffffffu); }

// A weight as strategies see it: −0 counts as 0.
DEVICE float weight_at(const float *weights, u64 i) { return magnitude(weights[i]); }

// Item i of a row of 16-bit numbers, two to a word.
DEVICE u32 half_at(const u32 *row, u32 i) { return ((const unsigned short *)row)[i]; }

// Two and four words, for one access. Write them as {{a, b, …}}: the compiler
// halves copies of such structs.
struct alignas(8) two {
  u32 v[2];
};
struct alignas(16) quad {
  u32 v[4];
};

// An integer with the order of x among all floats (x no NaN). Above 0.
DEVICE u32 ordered_bits(float x) {
  u32 b = float_bits(x);
  return b >> 31 ? ~b : b | 0x80000000u;
}

DEVICE float from_ordered_bits(u32 b) { return bits_float(b >> 31 ? b & 0x7fffffffu : ~b); }

const u32 none = 0xffffffffu;

// The host's side of ../kernels/device.cuh: the same kernel sources compiled
// for the simulated driver. Threads are fibers (block.cpp); a warp function
// parks the fiber until all lanes of its warp have come to the same one.
#pragma once

#include <bit>
#include <cstddef>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "thread.h"

#define DEVICE inline
#define KERNEL(threads) static void
#define RESTRICT __restrict__
#define UNROLL
#define NO_UNROLL
#define SIMULATED(kernel) static sim::registration kernel##_registration(#kernel, kernel);

#define threadIdx (sim::thread_index())
#define blockIdx (sim::block_index())
#define blockDim (sim::block_size())
#define gridDim (sim::grid_size())

namespace sim {

// A parameter of a kernel: its size in bytes, and whether it is a pointer to
// device memory.
struct parameter {
  size_t size;
  bool pointer;
};

// A kernel as the simulated driver launches it.
struct kernel {
  std::string name;
  std::vector<parameter> parameters;
  // Calls the kernel as one thread. params are addresses of the arguments.
  void (*invoke)(const kernel &, void **params);
  void (*function)();
};

void add_kernel(kernel k);

// Makes a kernel known by name. The parameters come from its C++ type.
struct registration {
  template <typename... Args>
  registration(const char *name, void (*function)(Args...)) {
    add_kernel({name, {{sizeof(Args), std::is_pointer_v<Args>}...}, invoke<Args...>, (void (*)())function});
  }
  // Neither is a kernel's code, whose accesses are checked: they read memory of the host.
  template <typename... Args>
  __attribute__((no_sanitize_thread)) static void invoke(const kernel &k, void **params) {
    call((void (*)(Args...))k.function, params, std::index_sequence_for<Args...>());
  }
  template <typename... Args, size_t... I>
  __attribute__((no_sanitize_thread)) static void call(void (*f)(Args...), void **params, std::index_sequence<I...>) {
    f(*(std::remove_const_t<Args> *)params[I]...);
  }
};

}  // namespace sim

inline unsigned *block_memory() { return sim::shared_memory(); }

inline unsigned ballot(bool p) { return sim::warp_function(sim::op_ballot, p, 0); }
inline unsigned match(unsigned v) { return sim::warp_function(sim::op_match, v, 0); }
inline unsigned reduce_min(unsigned v) { return sim::warp_function(sim::op_min, v, 0); }
inline unsigned reduce_max(unsigned v) { return sim::warp_function(sim::op_max, v, 0); }
inline unsigned reduce_add(unsigned v) { return sim::warp_function(sim::op_add, v, 0); }
inline unsigned shuffle(unsigned v, unsigned lane) { return sim::warp_function(sim::op_shuffle, v, lane % 32); }
inline unsigned shuffle_up(unsigned v, unsigned by) { return sim::warp_function(sim::op_shuffle_up, v, by); }
inline unsigned shuffle_down(unsigned v, unsigned by) { return sim::warp_function(sim::op_shuffle_down, v, by); }
inline unsigned swap_lanes(unsigned v, unsigned mask) { return sim::warp_function(sim::op_shuffle_xor, v, mask); }
inline unsigned long long swap_lanes(unsigned long long v, unsigned mask) {
  return sim::warp_function(sim::op_shuffle_xor, v, mask);
}
inline unsigned atomic_increment(unsigned *p) { return sim::atomic_increment(p); }
inline void atomic_max(unsigned *p, unsigned v) { sim::atomic_max(p, v); }
inline void atomic_min(unsigned *p, unsigned v) { sim::atomic_min(p, v); }
inline void fence() { sim::fence(); }
inline void warp_barrier() { sim::warp_function(sim::op_barrier, 0, 0); }
inline void block_barrier() { sim::block_barrier(); }

// A simulated thread, warp and block.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace sim {

enum op { op_ballot, op_min, op_max, op_add, op_match, op_shuffle, op_shuffle_up, op_shuffle_xor, op_barrier };

struct index3 {
  unsigned x = 0;
};

enum class state : uint8_t { ready, at_warp, at_block, done };

struct block;

// One thread of a block.
struct thread {
  index3 index;
  block *owner = nullptr;
  void *stack_pointer = nullptr;
  const char *stack = nullptr;  // its lowest address
  state now = state::ready;
  op at = op_barrier;      // warp function that it waits in
  uint64_t value = 0;      // its value there, then the result
  unsigned argument = 0;
};

// The logical time of a warp: counts its barriers. Two accesses of one warp are
// ordered when their clocks differ, two of one block when a block barrier lies
// between them.
struct warp {
  uint32_t clock = 0;
};

struct launch;

// One block in flight on one thread of the operating system.
struct block {
  index3 index, grid;
  unsigned threads = 0;
  unsigned *shared = nullptr;  // dynamic shared memory
  size_t shared_bytes = 0;
  std::vector<thread> thread_list;
  std::vector<warp> warps;
  uint32_t start = 0;         // clock at the start
  uint32_t last_barrier = 0;  // least clock after the last block barrier
  launch *of = nullptr;
  void *scheduler = nullptr;  // stack pointer of the scheduler
  uint64_t random = 0;
  // The warp whose lanes run now, in turns, and whose turn it is.
  thread *lanes = nullptr;
  unsigned turn[32], at = 0;
};

enum class turn_order { rising, falling, shuffled };

// A kernel launch and its first error.
struct launch {
  std::string kernel;
  std::function<void()> body;  // one thread of it
  unsigned grid = 0, threads = 0;
  size_t shared_bytes = 0;
  turn_order order = turn_order::rising;
  uint64_t seed = 0;
  uint32_t first_clock = 0;  // above all clocks of former launches
  uint32_t last_clock = 0;   // set by run
  std::atomic<int> error{0};
  std::string message;
};

// Runs all blocks of a launch on the given number of operating system threads.
void run(launch &l, unsigned workers);

// The running thread, null outside kernels.
extern thread_local thread *self;

// Coordinates of the running thread, and its block's shared memory. They are
// the same whenever a thread asks, which the attribute says.
__attribute__((const)) index3 thread_index();
__attribute__((const)) index3 block_index();
__attribute__((const)) index3 grid_size();
__attribute__((const)) unsigned *shared_memory();

uint64_t warp_function(op o, uint64_t value, unsigned argument);
void block_barrier();

// Ends the launch with a CUresult and a message. Does not return in a thread of
// a kernel.
void fail(launch &l, int error, const std::string &message);
[[noreturn]] void fail_here(int error, const std::string &message);

// Shadow memory of a worker's shared memory; see memory.cpp.
struct shadow;
shadow *shared_shadow(size_t bytes);

const size_t stack_bytes = 64 << 10;

}  // namespace sim

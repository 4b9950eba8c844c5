// A simulated thread, warp and block.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

namespace sim {

enum op { op_ballot, op_min, op_max, op_add, op_match, op_shuffle, op_shuffle_up, op_shuffle_down, op_shuffle_xor, op_barrier };

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
  // For what other blocks may see: the clock before which its block's accesses came
  // before its last fence, and the number of its last increment since then.
  uint32_t fenced = 0;
  uint64_t incremented = 0;
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
  // The last increment after which a thread of the block has come to a fence, and
  // when that was: increments up to it were before what the block does after.
  uint64_t acquired = 0;
  uint32_t acquired_at = 0;
  launch *of = nullptr;
  void *scheduler = nullptr;  // stack pointer of the scheduler
  uint64_t random = 0;
  // The warp whose lanes run now, in turns, and whose turn it is.
  thread *lanes = nullptr;
  unsigned turn[32], at = 0;
};

enum class turn_order { rising, falling, shuffled };

// What a block has published for others to see: its accesses before a clock, with
// the increment of that number.
struct published {
  uint32_t before = 0;
  uint64_t increment = 0;
};

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
  std::mutex atomics;  // held during the operations of blocks on global words
  uint64_t increments = 0;
  std::vector<published> blocks;
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
__attribute__((const)) index3 block_size();
__attribute__((const)) index3 grid_size();
__attribute__((const)) unsigned *shared_memory();

uint64_t warp_function(op o, uint64_t value, unsigned argument);
void block_barrier();

// Atomic operations on a word, and the order that they and fences make between
// blocks: what a block did before a barrier, before one of its threads came to a
// fence and then to an increment, is before what another block does after a later
// increment, a fence and a barrier.
unsigned atomic_increment(unsigned *p);
void atomic_max(unsigned *p, unsigned v);
void atomic_min(unsigned *p, unsigned v);
void fence();
void check_atomic(void *p);  // by the rules of memory.cpp

// Ends the launch with a CUresult and a message. Does not return in a thread of
// a kernel.
void fail(launch &l, int error, const std::string &message);
[[noreturn]] void fail_here(int error, const std::string &message);

// Shadow memory of a worker's shared memory; see memory.cpp.
struct shadow;
shadow *shared_shadow(size_t bytes);

const size_t stack_bytes = 64 << 10;

}  // namespace sim

// Runs the blocks of a launch: threads as fibers, in turns.
#include "thread.h"

#include <sys/mman.h>

#include <algorithm>
#include <mutex>
#include <thread>

#include "switch.h"

namespace sim {

thread_local thread *self = nullptr;

static std::mutex error_lock;

void fail(launch &l, int error, const std::string &message) {
  std::lock_guard<std::mutex> hold(error_lock);
  if (l.error == 0) {
    l.message = message;
    l.error = error;
  }
}

index3 thread_index() { return self->index; }
index3 block_index() { return self->owner->index; }
index3 block_size() { return {self->owner->threads}; }
index3 grid_size() { return self->owner->grid; }
unsigned *shared_memory() { return self->owner->shared; }

// Ends this thread's turn: the next ready lane goes on, after the last one the
// scheduler.
static void park(state s) {
  thread &me = *self;
  block &b = *me.owner;
  me.now = s;
  while (++b.at < 32) {
    thread &next = b.lanes[b.turn[b.at]];
    if (next.now != state::ready) continue;
    self = &next;
    sim_switch(&me.stack_pointer, next.stack_pointer);
    return;
  }
  sim_switch(&me.stack_pointer, b.scheduler);
}

void fail_here(int error, const std::string &message) {
  fail(*self->owner->of, error, message + " (block " + std::to_string(self->owner->index.x) + ", thread " +
                                    std::to_string(self->index.x) + ")");
  self->owner->at = 32;  // nobody else's turn
  park(state::done);
  __builtin_unreachable();
}

uint64_t warp_function(op o, uint64_t value, unsigned argument) {
  self->at = o;
  self->value = value;
  self->argument = argument;
  park(state::at_warp);
  return self->value;
}

void block_barrier() { park(state::at_block); }

unsigned atomic_increment(unsigned *p) {
  check_atomic(p);
  launch &l = *self->owner->of;
  std::lock_guard<std::mutex> hold(l.atomics);
  self->incremented = ++l.increments;
  l.blocks[self->owner->index.x] = {self->fenced, self->incremented};
  return (*p)++;
}

void atomic_max(unsigned *p, unsigned v) {
  check_atomic(p);
  std::lock_guard<std::mutex> hold(self->owner->of->atomics);
  *p = std::max(*p, v);
}

void atomic_min(unsigned *p, unsigned v) {
  check_atomic(p);
  std::lock_guard<std::mutex> hold(self->owner->of->atomics);
  *p = std::min(*p, v);
}

void fence() {
  block &b = *self->owner;
  self->fenced = b.last_barrier;
  if (!self->incremented) return;
  b.acquired = self->incremented;
  b.acquired_at = b.warps[self->index.x / 32].clock;
}

static void thread_main() {
  self->owner->of->body();
  park(state::done);
}

static uint64_t next_random(uint64_t &state) {  // xorshift64*
  state ^= state >> 12;
  state ^= state << 25;
  state ^= state >> 27;
  return state * 0x2545F4914F6CDD1Dull;
}

// The turns of n things in a launch's order.
static void take_turns(block &b, unsigned *turn, unsigned n) {
  for (unsigned i = 0; i < n; i++) turn[i] = b.of->order == turn_order::falling ? n - 1 - i : i;
  if (b.of->order != turn_order::shuffled) return;
  for (unsigned i = n; i > 1; i--) std::swap(turn[i - 1], turn[next_random(b.random) % i]);
}

// One value for a whole warp.
static uint64_t combine(op o, const thread *lanes) {
  uint64_t v = o == op_ballot || o == op_add ? 0 : lanes->value;
  for (unsigned i = 0; i < 32; i++) {
    uint64_t x = lanes[i].value;
    switch (o) {
      case op_ballot: v |= (uint64_t)(x != 0) << i; break;
      case op_add: v = (uint32_t)(v + x); break;
      case op_min: v = std::min(v, x); break;
      case op_max: v = std::max(v, x); break;
      default: break;
    }
  }
  return v;
}

// Lane i's result of a function that moves values between lanes.
static uint64_t exchange(op o, const uint64_t *in, unsigned i, unsigned argument) {
  uint64_t equal = 0;
  switch (o) {
    case op_shuffle: return in[argument];
    case op_shuffle_up: return in[i >= argument ? i - argument : i];
    case op_shuffle_down: return in[i + argument < 32 ? i + argument : i];
    case op_shuffle_xor: return in[(i ^ argument) % 32];
    case op_match:
      for (unsigned j = 0; j < 32; j++) equal |= (uint64_t)(in[j] == in[i]) << j;
      return equal;
    default: return 0;
  }
}

// Gives the lanes of a warp, all of which wait in the same function, their
// results.
static void complete(block &b, thread *lanes) {
  op o = lanes->at;
  if (o <= op_add) {
    uint64_t v = combine(o, lanes);
    for (unsigned i = 0; i < 32; i++) lanes[i].value = v;
  } else if (o != op_barrier) {
    uint64_t in[32];
    for (unsigned i = 0; i < 32; i++) in[i] = lanes[i].value;
    for (unsigned i = 0; i < 32; i++) lanes[i].value = exchange(o, in, i, lanes[i].argument);
  } else {
    b.warps[lanes->index.x / 32].clock++;
  }
  for (unsigned i = 0; i < 32; i++) lanes[i].now = state::ready;
}

// Runs the ready lanes of a warp until each waits or is done.
static void run_lanes(block &b, thread *lanes) {
  if (b.of->order == turn_order::shuffled) take_turns(b, b.turn, 32);
  b.lanes = lanes;
  for (b.at = 0; b.at < 32 && lanes[b.turn[b.at]].now != state::ready;) b.at++;
  if (b.at == 32) return;
  self = &lanes[b.turn[b.at]];
  sim_switch(&b.scheduler, self->stack_pointer);
  self = nullptr;
}

// Runs a warp up to a block barrier or its end.
static void run_warp(block &b, unsigned w) {
  thread *lanes = &b.thread_list[w * 32];
  for (;;) {
    run_lanes(b, lanes);
    if (b.of->error) return;
    for (unsigned i = 1; i < 32; i++) {
      if (lanes[i].now != lanes[0].now || (lanes[0].now == state::at_warp && lanes[i].at != lanes[0].at)) {
        fail(*b.of, 719, "warp " + std::to_string(w) + " of block " + std::to_string(b.index.x) +
                             " is divided: lanes 0 and " + std::to_string(i) +
                             " wait for different things (a deadlock on a GPU)");
        return;
      }
    }
    if (lanes[0].now != state::at_warp) return;
    complete(b, lanes);
    if (b.of->order == turn_order::shuffled && next_random(b.random) % 4 == 0) return;  // another warp's turn
  }
}

// Releases a block barrier that all threads have come to.
static void release(block &b) {
  uint32_t clock = 0;
  for (warp &w : b.warps) clock = std::max(clock, w.clock);
  b.last_barrier = clock + 1;
  for (warp &w : b.warps) w.clock = clock + 1;
  for (thread &t : b.thread_list) t.now = state::ready;
}

static void run_block(block &b) {
  std::vector<unsigned> turn(b.warps.size());
  while (!b.of->error) {
    bool ran = false;
    unsigned waiting = 0, done = 0;
    take_turns(b, turn.data(), turn.size());
    for (unsigned w : turn) {
      if (b.thread_list[w * 32].now != state::ready) continue;
      run_warp(b, w);
      ran = true;
      if (b.of->error) return;
    }
    for (thread &t : b.thread_list) {
      waiting += t.now == state::at_block;
      done += t.now == state::done;
    }
    if (done == b.threads) return;
    if (waiting == b.threads) release(b);
    else if (!ran)
      fail(*b.of, 719, "block " + std::to_string(b.index.x) + " is deadlocked: " + std::to_string(waiting) +
                           " threads wait at a barrier, " + std::to_string(done) + " have ended");
  }
}

// One worker: takes blocks until none is left. Its stacks and shared memory
// serve one block after another.
static void work(launch &l, std::atomic<unsigned> &next, std::atomic<uint32_t> &last_clock) {
  size_t pitch = stack_bytes + 4096;
  char *stacks = (char *)mmap(nullptr, pitch * l.threads, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (stacks == (char *)MAP_FAILED) return fail(l, 2, "no memory for the stacks of a block");
  for (unsigned i = 0; i < l.threads; i++) mprotect(stacks + i * pitch, 4096, PROT_NONE);
  std::vector<unsigned> shared(l.shared_bytes / 4 + 1);
  shared_shadow(l.shared_bytes);
  uint32_t clock = l.first_clock;

  block b;
  b.grid.x = l.grid;
  b.threads = l.threads;
  b.shared = shared.data();
  b.shared_bytes = l.shared_bytes;
  b.of = &l;
  b.thread_list.resize(l.threads);
  b.warps.resize(l.threads / 32);
  take_turns(b, b.turn, 32);
  for (unsigned i; (i = next++) < l.grid && !l.error;) {
    b.index.x = i;
    b.random = (l.seed + i) * 0x9E3779B97F4A7C15ull | 1;
    b.start = b.last_barrier = clock + 1;
    b.acquired = 0;
    for (warp &w : b.warps) w.clock = b.start;
    std::fill(shared.begin(), shared.end(), 0xDEADBEEF);
    for (unsigned t = 0; t < l.threads; t++) {
      // Tops at different distances from a page's end share no cache sets.
      char *stack = stacks + t * pitch + 4096;
      b.thread_list[t] = {{t}, &b, new_stack(stack, stack_bytes - t * 320 % 8192, thread_main), stack, state::ready};
    }
    run_block(b);
    for (warp &w : b.warps) clock = std::max(clock, w.clock);
  }
  munmap(stacks, pitch * l.threads);
  for (uint32_t seen = last_clock; seen < clock && !last_clock.compare_exchange_weak(seen, clock);) {
  }
}

void run(launch &l, unsigned workers) {
  l.blocks.resize(l.grid);
  std::atomic<unsigned> next{0};
  std::atomic<uint32_t> last{l.first_clock};
  std::vector<std::thread> others;
  for (unsigned i = 1; i < std::min(workers, l.grid); i++)
    others.emplace_back([&] { work(l, next, last); });
  work(l, next, last);
  for (auto &t : others) t.join();
  l.last_clock = last;
}

}  // namespace sim

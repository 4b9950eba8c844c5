// Simulated device memory, and a check of every access of the kernels.
//
// Kernels are compiled with -fsanitize=thread, which calls a hook before every
// access to memory that others might see; the hooks below stand in for
// ThreadSanitizer's. Each 4-byte word has a shadow that remembers its last
// writer and reader with their logical times. Found are accesses out of bounds
// (to the word) and outside the device's memory, reads of memory that was never
// written, and races: two threads at one word, one of them writing, with no barrier
// between that orders them.
// Warp functions other than warp_barrier order nothing, as on a GPU. Atomic
// operations at one word do not race with each other. A volatile read may be of
// what another block wrote, if fences and an increment order the two.
#include "memory.h"

#include <sys/mman.h>

#include <cstdio>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "thread.h"

// Where this library lies in memory; from the linker.
extern "C" __attribute__((visibility("hidden"))) const char __ehdr_start[], _end[];

namespace sim {

const uint32_t any_block = ~0u;
const uint8_t any = 255;  // warp or lane

// Who did something and when. clock 0: nobody yet.
struct access {
  uint32_t clock = 0, block = 0;
  uint8_t warp = 0, lane = 0;
  bool atomic = false;
};

enum class access_kind { read, volatile_read, write, atomic };  // those from write on write

struct shadow {
  access write, read;
};

struct allocation {
  char *memory;
  size_t bytes;
  bool mapped;
  std::vector<shadow> words;
};

// All device memory lies in one reserved range, an allocation to a number of
// pages of it; pages between them stay inaccessible.
static const size_t arena_bytes = 1ull << 36, page = 1 << 16;
static char *arena;
static std::vector<allocation *> pages;  // by (address − arena)/page
static std::map<uint64_t, std::unique_ptr<allocation>> live;
static size_t in_use, next_page;
static std::mutex lock;

static uint64_t allocate(size_t bytes, size_t limit, bool mapped) {
  std::lock_guard<std::mutex> hold(lock);
  if (!arena) {
    arena = (char *)mmap(nullptr, arena_bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    pages.resize(arena_bytes / page);
  }
  size_t need = (bytes + page - 1) / page;
  if (in_use + bytes > limit || bytes == 0 || bytes > arena_bytes) return 0;
  if (next_page + need + 1 > pages.size()) next_page = 0;
  for (size_t i = 0; i < need; i++) {  // addresses are reused late, which finds uses after free
    if (!pages[next_page + i]) continue;
    next_page += i + 1;
    if (next_page + need + 1 > pages.size()) return 0;
    i = -1;
  }
  auto a = std::make_unique<allocation>();
  a->memory = arena + next_page * page;
  a->bytes = bytes;
  a->mapped = mapped;
  a->words.resize((bytes + 3) / 4);
  for (shadow &s : a->words) s.write.clock = mapped;  // before all launches
  mprotect(a->memory, need * page, PROT_READ | PROT_WRITE);
  memset(a->memory, 0xA5, need * page);
  for (size_t i = 0; i < need; i++) pages[next_page + i] = a.get();
  next_page += need + 1;
  if (!mapped) in_use += bytes;
  uint64_t pointer = (uint64_t)a->memory | tag;
  live[pointer] = std::move(a);
  return pointer;
}

uint64_t allocate(size_t bytes, size_t limit) { return allocate(bytes, limit, false); }
uint64_t allocate_mapped(size_t bytes) { return allocate(bytes, SIZE_MAX, true); }

bool release_memory(uint64_t pointer) {
  std::lock_guard<std::mutex> hold(lock);
  auto found = live.find(pointer);
  if (found == live.end()) return false;
  allocation &a = *found->second;
  size_t first = (a.memory - arena) / page, count = (a.bytes + page - 1) / page;
  for (size_t i = 0; i < count; i++) pages[first + i] = nullptr;
  madvise(a.memory, count * page, MADV_DONTNEED);
  mprotect(a.memory, count * page, PROT_NONE);
  if (!a.mapped) in_use -= a.bytes;
  live.erase(found);
  return true;
}

size_t allocated() { return in_use; }

std::string leaks() {
  std::string text;
  for (auto &[pointer, a] : live)
    if (!a->mapped) text += " " + std::to_string(a->bytes) + " bytes of device memory;";
  return text;
}

char *device_range(uint64_t pointer, size_t bytes, bool written) {
  if ((pointer & tag_mask) != tag) return nullptr;
  char *p = (char *)(pointer & ~tag_mask);
  if (!arena || p < arena || p >= arena + arena_bytes) return nullptr;
  allocation *a = pages[(p - arena) / page];
  if (!a || p + bytes > a->memory + a->bytes) return nullptr;
  for (size_t i = (p - a->memory) / 4; written && bytes && i <= (p - a->memory + bytes - 1) / 4; i++)
    a->words[i].write = {1, any_block, any, any};  // before all launches
  return p;
}

static thread_local std::vector<shadow> shared_words;

shadow *shared_shadow(size_t bytes) {
  shared_words.assign(bytes / 4 + 1, {});
  return shared_words.data();
}

// Whether an access came before everything that t does now. start is the clock
// from which on accesses can conflict.
static bool ordered(const access &a, const thread &t, uint32_t start) {
  const block &b = *t.owner;
  if (a.clock < start) return true;
  if (a.block != b.index.x) return false;
  if (a.warp != t.index.x / 32) return a.clock < b.last_barrier;
  return a.lane == t.index.x % 32 || a.clock < b.warps[a.warp].clock;
}

static std::string name(const char *what, const access &a) {
  char text[100];
  if (a.block == any_block) snprintf(text, sizeof text, "%s by several blocks", what);
  else if (a.warp == any) snprintf(text, sizeof text, "%s by several warps of block %u", what, a.block);
  else if (a.lane == any) snprintf(text, sizeof text, "%s by several lanes of block %u, warp %u", what, a.block, a.warp);
  else snprintf(text, sizeof text, "%s by block %u, thread %u", what, a.block, a.warp * 32u + a.lane);
  return text;
}

// Whether a write of another block has been published to what t does now.
static bool published_to(const access &write, const thread &t) {
  block &b = *t.owner;
  if (write.block == any_block || b.acquired == 0 || b.acquired_at >= b.last_barrier) return false;
  std::lock_guard<std::mutex> hold(b.of->atomics);
  const published &p = b.of->blocks[write.block];
  return write.clock < p.before && p.increment <= b.acquired;
}

// Adds an access to one that it is not ordered with: both are remembered as one by
// several.
static void merge(access &a, const access &me) {
  if (a.block != me.block) a.block = any_block;
  if (a.warp != me.warp || a.block == any_block) a.warp = any;
  if (a.lane != me.lane || a.warp == any) a.lane = any;
  if (me.clock > a.clock) a.clock = me.clock;
}

// Notes an access of thread t in a word's shadow. Returns what is wrong with it, "" for
// nothing.
static std::string note(shadow &s, const thread &t, access_kind kind, bool shared, size_t word) {
  const block &b = *t.owner;
  uint32_t start = shared ? b.start : b.of->first_clock;
  auto where = [&] { return std::string(shared ? "shared" : "global") + " word " + std::to_string(word); };
  bool write = kind >= access_kind::write, atomic = kind == access_kind::atomic;
  access me = {b.warps[t.index.x / 32].clock, b.index.x, (uint8_t)(t.index.x / 32), (uint8_t)(t.index.x % 32), atomic};
  if ((!write || atomic) && s.write.clock < (shared ? start : 1)) return "read of " + where() + ", which was never written";
  bool after_write = ordered(s.write, t, start);
  if (!after_write && !(atomic && s.write.atomic) && !(kind == access_kind::volatile_read && published_to(s.write, t)))
    return "race at " + where() + ": " + (write ? "written" : "read") + " after a write without a barrier" + name(", written", s.write);
  if (!write) {
    if (ordered(s.read, t, start)) s.read = me;
    else merge(s.read, me);
    return "";
  }
  if (!ordered(s.read, t, start))
    return "race at " + where() + ": written after a read without a barrier" + name(", read", s.read);
  if (after_write) s.write = me;
  else merge(s.write, me);
  s.read = {};
  return "";
}

// Blocks on other threads of the operating system come to the same words of global
// memory: a shadow there is read and changed under its lock.
static std::mutex shadow_locks[256];

static void check_word(shadow &s, const thread &t, access_kind kind, bool shared, size_t word) {
  std::string fault;
  {
    std::unique_lock<std::mutex> hold;
    if (!shared) hold = std::unique_lock(shadow_locks[word % std::size(shadow_locks)]);
    fault = note(s, t, kind, shared, word);
  }
  if (!fault.empty()) fail_here(719, fault);  // without the lock: it never returns
}

static void check(void *pointer, size_t bytes, access_kind kind) {
  thread *t = self;
  if (!t) return;
  char *p = (char *)pointer;
  if (p >= t->stack && p < t->stack + stack_bytes) return;
  block &b = *t->owner;
  bool write = kind >= access_kind::write;
  char *shared = (char *)b.shared;
  shadow *words;
  size_t first, end;
  bool in_shared = p >= shared && p < shared + b.shared_bytes + 4;
  if (in_shared) {
    words = shared_words.data();
    first = p - shared;
    end = b.shared_bytes;
  } else if (arena && p >= arena && p < arena + arena_bytes) {
    allocation *a = pages[(p - arena) / page];
    if (!a) fail_here(700, "access to global memory that is not allocated");
    words = a->words.data();
    first = p - a->memory;
    end = a->bytes;
  } else if (!write && p >= __ehdr_start && p < _end) {
    return;  // constants of the kernel
  } else {
    fail_here(700, std::string(write ? "write" : "read") + " outside the memory of the device");
  }
  if (first % bytes) fail_here(716, "access that is not aligned to its size");
  if (first + bytes > end)
    fail_here(700, std::string(write ? "write" : "read") + " out of bounds: bytes " + std::to_string(first) + " to " +
                       std::to_string(first + bytes) + " of " + std::to_string(end));
  for (size_t i = first / 4; i <= (first + bytes - 1) / 4; i++) check_word(words[i], *t, kind, in_shared, i);
}

void check_atomic(void *p) { check(p, 4, access_kind::atomic); }

}  // namespace sim

#define HOOK(name, n, kind) \
  extern "C" void __tsan_##name##n(void *p) { sim::check(p, n, sim::access_kind::kind); }
#define HOOKS(n)                          \
  HOOK(read, n, read)                     \
  HOOK(write, n, write)                   \
  HOOK(unaligned_read, n, read)           \
  HOOK(unaligned_write, n, write)         \
  HOOK(volatile_read, n, volatile_read)   \
  HOOK(volatile_write, n, write)
HOOKS(1)
HOOKS(2)
HOOKS(4)
HOOKS(8)
HOOKS(16)
extern "C" void __tsan_read_range(void *p, size_t n) {
  for (size_t i = 0; i < n; i += 4) sim::check((char *)p + i, 4, sim::access_kind::read);
}
extern "C" void __tsan_write_range(void *p, size_t n) {
  for (size_t i = 0; i < n; i += 4) sim::check((char *)p + i, 4, sim::access_kind::write);
}
extern "C" void __tsan_func_entry(void *) {}
extern "C" void __tsan_func_exit() {}
extern "C" void __tsan_init() {}

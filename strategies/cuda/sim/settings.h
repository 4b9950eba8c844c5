// Settings of the simulated driver, and what it reports.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "thread.h"

namespace sim {

// A planted failure: the nth call of a kind returns error.
struct fault {
  std::string kind;
  int nth;
  int error;
};

// Read from the environment variable PACKBENCH_SIM, a list like
// "order=falling,seed=3,fail=alloc:2:2", when the library is initialised and
// when a context is made.
struct settings {
  turn_order order = turn_order::rising;
  uint64_t seed = 1;
  unsigned workers = 2;
  size_t memory = (size_t)4 << 30;
  int version = 12080, capability = 90, devices = 1;
  std::vector<fault> faults;
  std::map<std::string, int> calls;  // by kind, since the settings were read
};

settings read_settings();

// Counts a call and returns the error planted there, or 0.
int planted(settings &s, const std::string &kind);

// Appends a line to the file named by PACKBENCH_SIM_REPORT, if any.
void report(const std::string &line);

// What the PTX of a module says of a kernel.
struct entry {
  std::vector<size_t> parameters;  // sizes in bytes
  unsigned most_threads = 0;       // .maxntid
};

// The kernels of a PTX text by name. Returns false for a text that is none.
bool parse_ptx(const std::string &text, std::map<std::string, entry> &entries);

}  // namespace sim

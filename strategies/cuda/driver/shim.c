//go:build cuda

/*
 * Stands in for libcuda: defines the functions that gorgonia.org/cu links
 * against and forwards them to a driver library opened at run time. cu calls
 * cuInit when the program starts and ends the program if that fails, so cuInit
 * here succeeds and does nothing; packbench_open does the real thing.
 */
#include "shim.h"

#include <dlfcn.h>
#include <stdio.h>

#define HIDDEN __attribute__((visibility("hidden")))

static struct {
#define FORWARD(name, symbol, params, args) CUresult(*name) params;
#define OPTIONAL FORWARD
#include "forward.h"
#undef FORWARD
#undef OPTIONAL
  CUresult (*getErrorName)(CUresult, const char **);
} driver;

#define FORWARD(name, symbol, params, args)                       \
  HIDDEN CUresult name params {                                   \
    return driver.name ? driver.name args : CUDA_ERROR_NOT_INITIALIZED; \
  }
#define OPTIONAL FORWARD
#include "forward.h"
#undef FORWARD
#undef OPTIONAL

HIDDEN CUresult cuInit(unsigned int flags) {
  (void)flags;
  return CUDA_SUCCESS;
}

/* Looks a function up; on failure writes the message and returns NULL. */
static void *find(void *library, const char *symbol, const char *path, char *message, size_t size) {
  void *found = dlsym(library, symbol);
  if (!found) snprintf(message, size, "driver library %s has no %s", path, symbol);
  return found;
}

HIDDEN int packbench_open(const char *path, char *message, size_t size) {
  void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    snprintf(message, size, "%s", dlerror());
    return -1;
  }
  CUresult (*init)(unsigned int);
  void *found;
#define LOOK_UP(to, symbol)                                           \
  if (!(found = find(library, symbol, path, message, size))) return -1; \
  *(void **)&(to) = found;

  LOOK_UP(init, "cuInit")
  CUresult result = init(0);
  LOOK_UP(driver.getErrorName, "cuGetErrorName")
  if (result != CUDA_SUCCESS) return result;
#define FORWARD(name, symbol, params, args) LOOK_UP(driver.name, symbol)
#define OPTIONAL(name, symbol, params, args) *(void **)&driver.name = dlsym(library, symbol);
#include "forward.h"
#undef FORWARD
#undef OPTIONAL
  return 0;
}

HIDDEN int packbench_has_graphs(void) {
#define FORWARD(name, symbol, params, args)
#define OPTIONAL(name, symbol, params, args) if (!driver.name) return 0;
#include "forward.h"
#undef FORWARD
#undef OPTIONAL
  return 1;
}

HIDDEN const char *packbench_error_name(int error) {
  const char *name = NULL;
  if (driver.getErrorName) driver.getErrorName((CUresult)error, &name);
  return name;
}

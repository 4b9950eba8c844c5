/* What shim.c offers beside the driver API; see driver.go. */
#ifndef PACKBENCH_SHIM_H
#define PACKBENCH_SHIM_H

#include "cuda.h"

/*
 * Opens the driver library and calls its cuInit. Returns 0, or the CUresult of
 * cuInit, or −1 where the library cannot be opened or lacks a function; then
 * message (of size bytes) says what happened.
 */
int packbench_open(const char *path, char *message, size_t size);

/* The driver's name of an error, "CUDA_ERROR_OUT_OF_MEMORY", or NULL. */
const char *packbench_error_name(int error);

#endif

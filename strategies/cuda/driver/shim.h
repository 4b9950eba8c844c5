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

/* Whether the driver can make graphs. */
int packbench_has_graphs(void);

/* A kernel with everything that its launch takes. */
typedef struct {
  CUfunction function;
  unsigned blocks, threads, shared;
  int first;        /* of a branch: in a graph it waits for no other launch */
  CUevent before;   /* recorded before it in runs that are timed; may be NULL */
  void **arguments; /* their addresses */
} packbench_launch;

/* Launches that are always queued together: branches, each one launch after the
 * other. */
typedef struct {
  CUcontext context;
  CUstream stream;
  packbench_launch *launches;
  int count;
  CUevent end;       /* recorded at the end of runs that are timed; may be NULL */
  CUgraphExec graph; /* all launches as one, for runs that are not timed; may be NULL */
} packbench_queue;

/* Which call failed. From PACKBENCH_LAUNCH on: the launch of that number. */
enum { PACKBENCH_CONTEXT, PACKBENCH_SYNCHRONIZE, PACKBENCH_RECORD, PACKBENCH_GRAPH_CREATE, PACKBENCH_INSTANTIATE,
       PACKBENCH_GRAPH_LAUNCH, PACKBENCH_LAUNCH };

/* Makes the graph of a queue, in which branches do not wait for each other. Returns
 * a CUresult and which call failed. */
int packbench_make_graph(packbench_queue *q, int *call);

/* Queues everything and waits for the device. Returns a CUresult and which call
 * failed; even then nothing is under way any more. */
int packbench_run(const packbench_queue *q, int timed, int *call);

#endif

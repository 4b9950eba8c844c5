//go:build cuda

/* A whole run in one call from Go: crossing over costs more than a launch. */
#include "shim.h"

#define HIDDEN __attribute__((visibility("hidden")))

/* Makes a driver call; if that fails, notes which and goes to failed. */
#define TRY(number, expression)            \
  do {                                     \
    *call = (number);                      \
    if ((result = (expression))) goto failed; \
  } while (0)

static CUresult launch(const packbench_queue *q, int i) {
  const packbench_launch *l = &q->launches[i];
  return cuLaunchKernel(l->function, l->blocks, 1, 1, l->threads, 1, 1, l->shared, q->stream, l->arguments, NULL);
}

HIDDEN int packbench_make_graph(packbench_queue *q, int *call) {
  CUresult result;
  CUgraph graph;
  CUgraphNode last = NULL;
  TRY(PACKBENCH_CONTEXT, cuCtxSetCurrent(q->context));
  TRY(PACKBENCH_GRAPH_CREATE, cuGraphCreate(&graph, 0));
  for (int i = 0; i < q->count; i++) {
    const packbench_launch *l = &q->launches[i];
    CUDA_KERNEL_NODE_PARAMS params = {.func = l->function, .gridDimX = l->blocks, .gridDimY = 1, .gridDimZ = 1,
                                      .blockDimX = l->threads, .blockDimY = 1, .blockDimZ = 1,
                                      .sharedMemBytes = l->shared, .kernelParams = l->arguments};
    CUgraphNode before = last;
    *call = PACKBENCH_LAUNCH + i;
    if ((result = cuGraphAddKernelNode(&last, graph, &before, l->first ? 0 : 1, &params))) goto destroy;
  }
  *call = PACKBENCH_INSTANTIATE;
  if ((result = cuGraphInstantiateWithFlags(&q->graph, graph, 0))) q->graph = NULL; /* whatever was written */
destroy:
  cuGraphDestroy(graph);
failed:
  return result;
}

HIDDEN int packbench_run(const packbench_queue *q, int timed, int *call) {
  CUresult result;
  TRY(PACKBENCH_CONTEXT, cuCtxSetCurrent(q->context));
  if (q->graph && !timed) {
    TRY(PACKBENCH_GRAPH_LAUNCH, cuGraphLaunch(q->graph, q->stream));
  } else {
    for (int i = 0; i < q->count; i++) {
      if (timed && q->launches[i].before) TRY(PACKBENCH_RECORD, cuEventRecord(q->launches[i].before, q->stream));
      TRY(PACKBENCH_LAUNCH + i, launch(q, i));
    }
    if (timed && q->end) TRY(PACKBENCH_RECORD, cuEventRecord(q->end, q->stream));
  }
  TRY(PACKBENCH_SYNCHRONIZE, cuStreamSynchronize(q->stream));
  return 0;
failed:
  if (*call != PACKBENCH_SYNCHRONIZE) cuStreamSynchronize(q->stream);
  return result;
}

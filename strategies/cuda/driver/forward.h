/*
 * FORWARD(…): the driver functions that are called: name, versioned entry point of the
 * driver library, parameters, arguments. Those with _v2 changed their
 * signature (32-bit sizes or handles) early in CUDA's life; the unversioned
 * symbol still is the old one. OPTIONAL(…): those that not every driver has; they
 * make one graph of a run, since CUDA 11.4.
 */
FORWARD(cuDriverGetVersion, "cuDriverGetVersion", (int *version), (version))
FORWARD(cuDeviceGet, "cuDeviceGet", (CUdevice *dev, int ordinal), (dev, ordinal))
FORWARD(cuDeviceGetCount, "cuDeviceGetCount", (int *count), (count))
FORWARD(cuDeviceGetName, "cuDeviceGetName", (char *name, int len, CUdevice dev), (name, len, dev))
FORWARD(cuDeviceTotalMem, "cuDeviceTotalMem_v2", (size_t *bytes, CUdevice dev), (bytes, dev))
FORWARD(cuDeviceGetAttribute, "cuDeviceGetAttribute", (int *value, CUdevice_attribute a, CUdevice dev), (value, a, dev))
FORWARD(cuDevicePrimaryCtxRetain, "cuDevicePrimaryCtxRetain", (CUcontext *ctx, CUdevice dev), (ctx, dev))
FORWARD(cuDevicePrimaryCtxRelease, "cuDevicePrimaryCtxRelease_v2", (CUdevice dev), (dev))
FORWARD(cuCtxSetCurrent, "cuCtxSetCurrent", (CUcontext ctx), (ctx))
FORWARD(cuCtxSynchronize, "cuCtxSynchronize", (void), ())
FORWARD(cuModuleLoadData, "cuModuleLoadData", (CUmodule *module, const void *image), (module, image))
FORWARD(cuModuleUnload, "cuModuleUnload", (CUmodule module), (module))
FORWARD(cuModuleGetFunction, "cuModuleGetFunction", (CUfunction *f, CUmodule module, const char *name), (f, module, name))
FORWARD(cuFuncGetAttribute, "cuFuncGetAttribute", (int *value, CUfunction_attribute a, CUfunction f), (value, a, f))
FORWARD(cuLaunchKernel, "cuLaunchKernel",
        (CUfunction f, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz,
         unsigned shared, CUstream stream, void **params, void **extra),
        (f, gx, gy, gz, bx, by, bz, shared, stream, params, extra))
FORWARD(cuMemGetInfo, "cuMemGetInfo_v2", (size_t *free, size_t *total), (free, total))
FORWARD(cuMemAlloc, "cuMemAlloc_v2", (CUdeviceptr *ptr, size_t n), (ptr, n))
FORWARD(cuMemFree, "cuMemFree_v2", (CUdeviceptr ptr), (ptr))
FORWARD(cuMemHostAlloc, "cuMemHostAlloc", (void **p, size_t n, unsigned flags), (p, n, flags))
FORWARD(cuMemHostGetDevicePointer, "cuMemHostGetDevicePointer_v2", (CUdeviceptr *ptr, void *p, unsigned flags), (ptr, p, flags))
FORWARD(cuMemFreeHost, "cuMemFreeHost", (void *p), (p))
FORWARD(cuStreamCreate, "cuStreamCreate", (CUstream *s, unsigned flags), (s, flags))
FORWARD(cuStreamDestroy, "cuStreamDestroy_v2", (CUstream s), (s))
FORWARD(cuStreamSynchronize, "cuStreamSynchronize", (CUstream s), (s))
FORWARD(cuEventCreate, "cuEventCreate", (CUevent *e, unsigned flags), (e, flags))
FORWARD(cuEventDestroy, "cuEventDestroy_v2", (CUevent e), (e))
FORWARD(cuEventRecord, "cuEventRecord", (CUevent e, CUstream s), (e, s))
FORWARD(cuEventElapsedTime, "cuEventElapsedTime", (float *ms, CUevent start, CUevent end), (ms, start, end))
OPTIONAL(cuGraphCreate, "cuGraphCreate", (CUgraph *graph, unsigned flags), (graph, flags))
OPTIONAL(cuGraphAddKernelNode, "cuGraphAddKernelNode",
         (CUgraphNode *node, CUgraph graph, const CUgraphNode *after, size_t n, const CUDA_KERNEL_NODE_PARAMS *params),
         (node, graph, after, n, params))
OPTIONAL(cuGraphDestroy, "cuGraphDestroy", (CUgraph graph), (graph))
OPTIONAL(cuGraphInstantiateWithFlags, "cuGraphInstantiateWithFlags",
         (CUgraphExec *executable, CUgraph graph, unsigned long long flags), (executable, graph, flags))
OPTIONAL(cuGraphExecDestroy, "cuGraphExecDestroy", (CUgraphExec executable), (executable))
OPTIONAL(cuGraphLaunch, "cuGraphLaunch", (CUgraphExec executable, CUstream s), (executable, s))

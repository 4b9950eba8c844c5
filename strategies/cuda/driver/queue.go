//go:build cuda

package driver

// #include "shim.h"
import "C"

import (
	"fmt"
	"unsafe"

	"gorgonia.org/cu"
)

// Launch is a kernel with everything that its launch takes.
type Launch struct {
	Kernel    string // for errors
	Function  cu.Function
	Blocks    int
	Threads   int      // per block
	Shared    int      // bytes of dynamic shared memory per block
	First     bool     // of a branch
	Arguments []uint64 // each in the low bytes of its word
	Before    cu.Event // recorded before it in timed runs; the zero Event: none
}

// Queue is a number of launches that are always made together, kept in the driver's
// form: [Queue.Run] is one call from Go. They are made one after the other. In a
// graph ([Queue.MakeGraph]) a launch waits for the one before it unless it is the
// first of a branch, so that branches can run side by side.
type Queue struct {
	kernels []string
	c       *C.packbench_queue
	memory  []unsafe.Pointer // of C
}

// NewQueue makes a queue on a stream of a context. end is recorded behind the last
// launch in timed runs. Close it.
func NewQueue(context cu.CUContext, stream cu.Stream, launches []Launch, end cu.Event) *Queue {
	q := &Queue{}
	q.c = allocate[C.packbench_queue](q, 1)
	// cu's handles are structs around the driver's, which it does not give away.
	q.c.context = *(*C.CUcontext)(unsafe.Pointer(&context))
	q.c.stream = *(*C.CUstream)(unsafe.Pointer(&stream))
	q.c.end = *(*C.CUevent)(unsafe.Pointer(&end))
	q.c.count = C.int(len(launches))
	q.c.launches = allocate[C.packbench_launch](q, len(launches))
	for i, l := range launches {
		first := C.int(0)
		if l.First {
			first = 1
		}
		values := unsafe.Slice(allocate[uint64](q, len(l.Arguments)), len(l.Arguments))
		copy(values, l.Arguments)
		addresses := unsafe.Slice(allocate[unsafe.Pointer](q, len(l.Arguments)), len(l.Arguments))
		for k := range addresses {
			addresses[k] = unsafe.Pointer(&values[k])
		}
		unsafe.Slice(q.c.launches, len(launches))[i] = C.packbench_launch{
			function:  *(*C.CUfunction)(unsafe.Pointer(&l.Function)),
			blocks:    C.unsigned(l.Blocks),
			threads:   C.unsigned(l.Threads),
			shared:    C.unsigned(l.Shared),
			first:     first,
			before:    *(*C.CUevent)(unsafe.Pointer(&l.Before)),
			arguments: &addresses[0],
		}
		q.kernels = append(q.kernels, l.Kernel)
	}
	return q
}

// allocate returns n zero values in C's memory, which [Queue.Close] frees.
func allocate[T any](q *Queue, n int) *T {
	var t T
	p := C.calloc(C.size_t(max(1, n)), C.size_t(unsafe.Sizeof(t)))
	q.memory = append(q.memory, p)
	return (*T)(p)
}

// HasGraphs reports whether the driver can make a graph of a queue.
func HasGraphs() bool { return C.packbench_has_graphs() != 0 }

// MakeGraph makes one graph of the launches, which later runs launch as a whole
// unless they are timed. After an error they go on without.
func (q *Queue) MakeGraph() error {
	var call C.int
	return q.failure(C.packbench_make_graph(q.c, &call), call)
}

// Run queues the launches and waits until the device has done them. timed says that
// events are recorded. After an error nothing is under way.
func (q *Queue) Run(timed bool) error {
	var call, t C.int
	if timed {
		t = 1
	}
	return q.failure(C.packbench_run(q.c, t, &call), call)
}

var calls = map[C.int]string{
	C.PACKBENCH_CONTEXT:      "cuCtxSetCurrent",
	C.PACKBENCH_SYNCHRONIZE:  "cuStreamSynchronize",
	C.PACKBENCH_RECORD:       "cuEventRecord",
	C.PACKBENCH_GRAPH_CREATE: "cuGraphCreate",
	C.PACKBENCH_INSTANTIATE:  "cuGraphInstantiateWithFlags",
	C.PACKBENCH_GRAPH_LAUNCH: "cuGraphLaunch",
}

func (q *Queue) failure(result, call C.int) error {
	if result == C.CUDA_SUCCESS {
		return nil
	}
	if call >= C.PACKBENCH_LAUNCH {
		return fmt.Errorf("kernel %s: %w", q.kernels[call-C.PACKBENCH_LAUNCH], &Error{Call: "cuLaunchKernel", Code: int(result)})
	}
	return &Error{Call: calls[call], Code: int(result)}
}

// Close frees the queue and its graph.
func (q *Queue) Close() error {
	var err error
	if q.c != nil && q.c.graph != nil {
		if result := C.cuGraphExecDestroy(q.c.graph); result != C.CUDA_SUCCESS {
			err = &Error{Call: "cuGraphExecDestroy", Code: int(result)}
		}
	}
	for _, p := range q.memory {
		C.free(p)
	}
	*q = Queue{}
	return err
}

// Package python runs packing programs written in Python as they are: functions
// balanced_packing(weight, num_packs) that take a torch tensor or a NumPy array. So do
// functions rebalance_experts, which plan expert placements.
//
// A program is served by a worker, a Python process that is kept alive from call to
// call. A [Host] starts workers, one per program and backend, and ends them. The
// time of a call is taken in the worker, around the function alone and, on CUDA,
// after the device has been synchronized.
//
// # Protocol
//
// The worker runs the Python package in the folder worker. It reads requests from file 3 and writes replies to file 4. File 5 is a
// pipe whose other end the host holds: when the host ends, the kernel kills the
// worker's process group. Standard output and standard error go to a log. Both
// directions carry frames, all numbers little-endian:
//
//	uint32  magic, "PBW1"
//	uint32  kind
//	uint32  sequence number of the request; its reply has the same
//	uint32  bytes of the body
//	        body
//
// Requests are
//
//	1 load  JSON: path, source, function, arrays, backend, device, threads, limits
//	2 pack  uint32 layers, items, packs, 0; uint64 seed; float32 weights [layers, items]
//	3 plan  uint32 layers, experts, slots, groups, nodes, GPUs; uint64 seed;
//	        float32 weights [layers, experts]
//
// and each has one reply, of the kind that follows or a fault:
//
//	17 loaded   JSON: arrays ("numpy" or "torch"), facts of the machine
//	18 packed   int64 ns to arrays, of the call, from arrays; int64 bytes of a number;
//	            numbers pack_index, rank_in_pack [layers, items]
//	19 planned  likewise; int64 width; numbers physical_to_logical [layers, slots]
//	            and, where width is not 0, expert_count [layers, experts] and
//	            logical_to_physical [layers, experts, width]
//	20 fault    JSON: kind, message of one line, traceback
//
// Numbers are int16 where all of an answer are within its range, else int32.
//
// Before every call the worker seeds random, NumPy and torch from the request and
// collects garbage, and for 0.2 ms after its reply it waits for the next request
// awake. A worker that has had a fault, has taken too long, has died or
// has written anything else to file 4 is killed with all processes of its group, and
// the next call starts another.
//
// # Limits
//
// A call has a limit of time, and the worker limits of memory (not on CUDA, which
// reserves more than any machine has), CPU time, file size and open files, and a
// working directory of its own that is removed with it. This contains accidents. It
// is not a sandbox for hostile code: a program can read and write what its user can,
// use the network, start processes that leave the group, and measure a machine that
// other processes share.
package python

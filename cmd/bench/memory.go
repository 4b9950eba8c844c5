package main

import (
	"math"
	"runtime"
	"runtime/debug"
)

// frugal keeps the memory of the program near what the runs take up that it has
// read, where they have very many records: the heap would grow to twice their
// size before garbage is collected. A limit in GOMEMLIMIT counts instead.
func frugal() {
	const (
		many = 128 << 20 // bytes of records, half a million of them
		work = 160 << 20 // bytes for tables and figures
	)
	runtime.GC()
	var m runtime.MemStats
	if runtime.ReadMemStats(&m); m.HeapAlloc < many || debug.SetMemoryLimit(-1) != math.MaxInt64 {
		return
	}
	debug.SetMemoryLimit(int64(m.HeapAlloc/4*5 + work))
}

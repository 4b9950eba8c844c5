package cpu

import (
	"math/rand/v2"
	"syscall"
	"testing"
	"unsafe"

	"packbench/packing"
	"packbench/strategies"
)

// beforeGuard returns a copy of values in memory that ends just before a page that
// nothing may touch.
func beforeGuard[T any](t *testing.T, values []T) []T {
	t.Helper()
	page, size := syscall.Getpagesize(), len(values)*int(unsafe.Sizeof(values[0]))
	length := (size + page - 1) / page * page
	memory, err := syscall.Mmap(-1, 0, length+page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { syscall.Munmap(memory) })
	if err := syscall.Mprotect(memory[length:], syscall.PROT_NONE); err != nil {
		t.Skip(err)
	}
	guarded := unsafe.Slice((*T)(unsafe.Pointer(&memory[length-size])), len(values))
	copy(guarded, values)
	return guarded
}

// The swapper reads and writes nothing past the weights, the orders and the places,
// however much of the last vector they fill.
func TestSwapperStaysInside(t *testing.T) {
	if !hasSwaps() {
		t.Skip("no AVX-512 here, or built without assembly")
	}
	r := rand.New(rand.NewPCG(5, 6))
	e := strategies.Ensemble{Refinement: strategies.MaxAny, Rounds: 10}
	for _, packs := range []int{1, 2, 3, 5, 8, swapLanes} {
		for capacity := 1; capacity <= swapLanes; capacity++ {
			shape := packing.Shape{Layers: 1, Items: packs * capacity, Packs: packs}
			weights := make([]float32, shape.Items)
			for i := range weights {
				weights[i] = r.Float32()
			}
			slots := packedSlots(r, shape, weights, 2, false)
			for _, c := range slots {
				c.order, c.place = beforeGuard(t, c.order), beforeGuard(t, c.place)
			}
			plain := newRefiner(e, shape, false)
			checkSwapper(t, newSwapper(e, shape), &plain, beforeGuard(t, weights), slots)
		}
	}
}

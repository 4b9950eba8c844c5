//go:build !purego

package cpu

import (
	"unsafe"

	"github.com/klauspost/cpuid/v2"

	"packbench/packing"
)

// hasSwaps reports whether the processor has what swapper needs.
func hasSwaps() bool { return cpuid.CPU.Supports(cpuid.AVX512F, cpuid.AVX512DQ) }

// startSwaps reads the packing of c, but does not sum its loads.
func startSwaps(s *swapState, weights []float32, c *slot) {
	s.places = &c.place[0]
	startSwapsAVX512(s, &weights[0], &c.order[0], &c.place[0], len(c.order))
}

// sumSwaps sums the loads of swapSums states, items in their order, and sets
// what follows from them.
func sumSwaps(states []swapState, shape packing.Shape) {
	sumSwapsAVX512(&states[0], shape.Items, shape.Packs)
}

// makeSwaps makes the swaps of the first candidates, in the places of their slots too.
func makeSwaps(s *swapper, count int) {
	if s.ensemble.Rounds == 0 {
		return
	}
	for k := range s.active[:count] {
		s.active[k] = uint64(k) * uint64(unsafe.Sizeof(swapState{}))
	}
	vectors := (s.shape.Items + swapLanes - 1) / swapLanes
	members := max(2, s.shape.Capacity()) // the search begins with two
	makeSwapsAVX512(&s.states[0], &s.active[0], count, s.ensemble.Rounds, vectors, members, s.ensemble.Epsilon)
}

//go:noescape
func startSwapsAVX512(s *swapState, weights *float32, order *int32, places *place, items int)

//go:noescape
func sumSwapsAVX512(states *swapState, items, packs int)

//go:noescape
func makeSwapsAVX512(states *swapState, active *uint64, count, rounds, vectors, members int, epsilon float32)

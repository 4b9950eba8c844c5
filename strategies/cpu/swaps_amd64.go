//go:build !purego

package cpu

import (
	"github.com/klauspost/cpuid/v2"

	"packbench/packing"
)

// hasSwaps reports whether the processor has what swapper needs.
func hasSwaps() bool { return cpuid.CPU.Supports(cpuid.AVX512F, cpuid.AVX512DQ) }

// startSwaps reads the packing of c, but sums no loads.
func startSwaps(s *swapState, weights []float32, c *slot) {
	s.places = &c.place[0]
	startSwapsAVX512(s, &weights[0], &c.order[0], &c.place[0], len(c.order))
}

// sumSwaps sums the loads of all states, items in their order, and sets what
// follows from them.
func sumSwaps(states *[swapBatch]swapState, shape packing.Shape) {
	sumSwapsAVX512(&states[0], shape.Items, shape.Packs)
}

// makeSwaps makes the swaps of the first states, in the places of their slots too.
func makeSwaps(states []swapState, shape packing.Shape, rounds int, epsilon float32) {
	if rounds == 0 {
		return
	}
	vectors := (shape.Items + swapLanes - 1) / swapLanes
	members := max(2, shape.Capacity()) // what is at a rank past them weighs nothing
	makeSwapsAVX512(&states[0], len(states), rounds, vectors, members, epsilon)
}

//go:noescape
func startSwapsAVX512(s *swapState, weights *float32, order *int32, places *place, items int)

//go:noescape
func sumSwapsAVX512(states *swapState, items, packs int)

//go:noescape
func makeSwapsAVX512(states *swapState, count, rounds, vectors, members int, epsilon float32)

//go:build !amd64 || purego

package cpu

import "packbench/packing"

// hasSwaps reports that there are no vector instructions: no swapper is made, and
// what follows is never called.
func hasSwaps() bool { return false }

func startSwaps(*swapState, []float32, *slot, int) (most float32) { return 0 }
func makeSwaps(*swapper, int)                                     {}
func finishSwaps(*swapState, packing.Shape) (imbalance float32)   { return 0 }

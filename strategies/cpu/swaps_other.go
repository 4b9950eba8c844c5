//go:build !amd64 || purego

package cpu

import "packbench/packing"

// hasSwaps reports that there are no vector instructions: no swapper is made, and
// what follows is never called.
func hasSwaps() bool { return false }

func startSwaps(*swapState, []float32, *slot)            {}
func sumSwaps(*[swapBatch]swapState, packing.Shape)      {}
func makeSwaps([]swapState, packing.Shape, int, float32) {}

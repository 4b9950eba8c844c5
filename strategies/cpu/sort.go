package cpu

import (
	"math"
	"math/bits"
	"slices"

	"packbench/internal/draws"
)

// sorter sorts the items of a layer by 32-bit keys, equal keys by item.
//
// It is a bucket sort: the keys are spread linearly over about four buckets per
// item, which leaves them in order but for a few neighbours, and an insertion
// sort puts those right. Keys that crowd in few buckets (a handful of extreme
// loads stretch the range) would make the insertion sort slow, so it gives up
// after a number of moves and leaves the rest to a comparison sort.
type sorter struct {
	keys   []uint32 // [items]
	words  []uint64 // key<<32 | item, [items]
	bucket []uint32 // count, then first position, of each bucket
}

func newSorter(items int) sorter {
	return sorter{
		keys:   make([]uint32, items),
		words:  make([]uint64, items),
		bucket: make([]uint32, 1<<bits.Len(uint(2*items))),
	}
}

const signBit = 1 << 31

// descendingKey maps floats ≥ 0 to integers of the opposite order; −0 counts as
// 0.
func descendingKey(w float32) uint32 { return ^(math.Float32bits(w) &^ signBit) }

// descending writes to order the items by falling weight.
func (s *sorter) descending(order []int32, weights []float32) {
	keys := s.keys[:len(weights)]
	for i, w := range weights {
		keys[i] = descendingKey(w)
	}
	s.sort(order)
}

// descendingNoisy writes to order the items by falling noisy weight; see
// [draws.Noisy].
func (s *sorter) descendingNoisy(order []int32, weights []float32, draw []uint32, spread, floor float32) {
	keys := s.keys[:len(weights)]
	draw = draw[:len(weights)]
	for i, w := range weights {
		keys[i] = descendingKey(draws.Noisy(w, draw[i], spread, floor))
	}
	s.sort(order)
}

// ascendingDraws writes to order the items by rising draw.
func (s *sorter) ascendingDraws(order []int32, draw []uint32) {
	copy(s.keys, draw)
	s.sort(order)
}

// sort writes to order the items by rising key.
func (s *sorter) sort(order []int32) {
	keys := s.keys
	low, high := keys[0], keys[0]
	for _, k := range keys {
		low, high = min(low, k), max(high, k)
	}
	// bucket of a key = (key − low)·scale/2³², from 0 to len(bucket) − 1
	bucket := s.bucket
	scale := (uint64(len(bucket)) << 32) / (uint64(high-low) + 1)

	clear(bucket)
	for _, k := range keys {
		bucket[uint64(k-low)*scale>>32]++
	}
	position := uint32(0)
	for b, count := range bucket {
		bucket[b] = position
		position += count
	}
	words := s.words
	for item, k := range keys {
		at := &bucket[uint64(k-low)*scale>>32]
		words[*at] = uint64(k)<<32 | uint64(item)
		*at++
	}
	if !insertionSort(words, 8*len(words)) {
		slices.Sort(words)
	}
	order = order[:len(words)]
	for pos, word := range words {
		order[pos] = int32(uint32(word))
	}
}

// insertionSort sorts words unless that takes more than the given number of
// moves; it reports whether it did. Either way words holds the same elements.
func insertionSort(words []uint64, moves int) bool {
	for i := 1; i < len(words); i++ {
		word := words[i]
		if word >= words[i-1] {
			continue
		}
		at := i
		for at > 0 && words[at-1] > word {
			words[at] = words[at-1]
			at--
		}
		words[at] = word
		if moves -= i - at; moves < 0 {
			return false
		}
	}
	return true
}

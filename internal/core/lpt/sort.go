// Package lpt holds the first steps of many packing strategies: sorting the items of
// a layer by falling weight, and dealing them out in rows or packing them greedily
// within the capacity of the packs.
package lpt

import (
	"math"
	"math/bits"
	"slices"
)

// Sorter sorts the items of a layer by falling weight, or by keys of any kind. Its
// memory is kept from one layer to the next; the zero value is ready for use.
//
// It is a bucket sort. The keys are spread linearly over two to four buckets per
// item, which leaves only a few neighbours out of order for an insertion sort. The
// inverted bits of floats ≥ 0, which are in the opposite order of the values, spread
// even heavy tails well. Where keys crowd into few buckets, the insertion sort gives
// up after a number of moves and leaves the rest to the library's sort: O(n log n)
// at worst.
type Sorter struct {
	keys   []uint32
	words  []uint64 // key<<32 | item
	bucket []uint32 // count, then the next free place, of each bucket
}

// Descending writes the items to order, [items], by falling weight, equal weights by
// item. Weights must be ≥ 0 (or −0, which equals 0).
func (s *Sorter) Descending(order []int32, weights []float32) {
	s.keys = slices.Grow(s.keys[:0], len(weights))[:len(weights)]
	for i, w := range weights {
		s.keys[i] = DescendingKey(w)
	}
	s.Ascending(order, s.keys)
}

// Ascending writes the items to order, [items], by rising key, equal keys by item.
func (s *Sorter) Ascending(order []int32, keys []uint32) {
	n := len(keys)
	if n == 0 {
		return
	}
	s.words = slices.Grow(s.words[:0], n)[:n]
	buckets := 1 << bits.Len(uint(2*n))
	s.bucket = slices.Grow(s.bucket[:0], buckets)[:buckets]
	low, high := keys[0], keys[0]
	for _, key := range keys {
		low, high = min(low, key), max(high, key)
	}
	s.spread(order, keys, low, high)
}

// spread is Ascending for keys from low to high.
func (s *Sorter) spread(order []int32, keys []uint32, low, high uint32) {
	words, bucket := s.words, s.bucket
	// bucket of a key: (key − low)·scale/2³², from 0 to len(bucket) − 1
	scale := uint64(len(bucket)) << 32 / (uint64(high-low) + 1)
	clear(bucket)
	for _, key := range keys {
		bucket[uint64(key-low)*scale>>32]++
	}
	place := uint32(0)
	for b, count := range bucket {
		bucket[b] = place
		place += count
	}
	for i, key := range keys {
		at := &bucket[uint64(key-low)*scale>>32]
		words[*at] = uint64(key)<<32 | uint64(i)
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

// insertionSort sorts words unless that takes more than the given number of moves,
// and reports whether it did. Either way words holds the same elements.
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

// DescendingKey maps floats ≥ 0 to integers in the opposite order, −0 like 0.
func DescendingKey(w float32) uint32 { return ^(math.Float32bits(w) &^ (1 << 31)) }

// Package lpt holds the steps that many packing strategies begin with: sorting
// the items of a layer by falling weight, and dealing them out in rows or packing
// them greedily under the capacity of the packs.
package lpt

import (
	"math"
	"slices"
)

// Sorter sorts the items of a layer by falling weight. Its memory is kept from
// one layer to the next; the zero value is ready for use.
//
// It is a bucket sort on the bits of the weights, which for floats ≥ 0 are in
// the order of the values and spread even heavy tails well. An insertion sort
// puts the few neighbours within a bucket right; crowded buckets are left to
// the library's sort, so the cost is O(n log n) at worst.
type Sorter struct {
	words  []uint64 // inverted bits<<32 | item
	bucket []int32  // count, then the next free place, of each bucket
}

// crowded is the number of items from which a bucket is sorted by the library.
const crowded = 24

// Descending writes to order, [items], the items by falling weight, equal
// weights by item. Weights must be ≥ 0 (or −0, which equals 0).
func (s *Sorter) Descending(order []int32, weights []float32) {
	n := len(weights)
	if n == 0 {
		return
	}
	s.words = slices.Grow(s.words[:0], n)[:n]
	s.bucket = slices.Grow(s.bucket[:0], 2*n)[:2*n]
	clear(s.bucket)

	low, high := descendingKey(weights[0]), uint32(0)
	for _, w := range weights {
		key := descendingKey(w)
		low, high = min(low, key), max(high, key)
	}
	// bucket of a key: (key − low)·scale/2³², from 0 to len(bucket) − 1
	scale := uint64(len(s.bucket)) << 32 / (uint64(high-low) + 1)
	for _, w := range weights {
		s.bucket[uint64(descendingKey(w)-low)*scale>>32]++
	}
	place := int32(0)
	for b, count := range s.bucket {
		s.bucket[b] = place
		place += count
	}
	for i, w := range weights {
		key := descendingKey(w)
		at := &s.bucket[uint64(key-low)*scale>>32]
		s.words[*at] = uint64(key)<<32 | uint64(i)
		*at++
	}
	s.tidy()
	for pos, word := range s.words {
		order[pos] = int32(uint32(word))
	}
}

// tidy sorts the words within each bucket; bucket[b] is where bucket b ends.
func (s *Sorter) tidy() {
	words, start := s.words, int32(0)
	for _, end := range s.bucket {
		if end-start >= crowded {
			slices.Sort(words[start:end])
		} else if end-start > 1 {
			for i := start + 1; i < end; i++ {
				word, at := words[i], i
				for at > start && words[at-1] > word {
					words[at] = words[at-1]
					at--
				}
				words[at] = word
			}
		}
		start = end
	}
}

// descendingKey maps floats ≥ 0 to integers in the opposite order, −0 like 0.
func descendingKey(w float32) uint32 { return ^(math.Float32bits(w) &^ (1 << 31)) }

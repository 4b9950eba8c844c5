package exchange

import "math/bits"

// table finds, for a sum of one pack, the sums of another whose difference lies in a
// given interval, in constant time: a hash table with cells as wide as the interval.
// A sum is entered in its own cell and in the one below, so that one lookup serves
// an interval that spans two.
//
// The sums need no sorting, and most lookups end at an empty cell.
type table struct {
	entered []int64
	shift   uint   // cells are 2^shift wide
	stamp   uint32 // of the entries that count, in the upper half of a word
	head    [1 << tableBits]uint32
	next    []uint32 // [2·sums] word of the next entry with the same hash
}

const (
	tableBits = 11
	lastEntry = 1<<16 - 1
)

// hash is Fibonacci hashing: weights are often multiples of powers of 2.
func hash(cell uint64) uint64 { return cell * 0x9e3779b97f4a7c15 >> (64 - tableBits) }

// enter fills the table for intervals of up to width.
func (t *table) enter(sums []int64, width int64) {
	t.entered = sums
	t.shift = uint(bits.Len64(uint64(width)))
	if t.stamp += 1 << 16; t.stamp == 0 {
		clear(t.head[:])
		t.stamp = 1 << 16
	}
	for i, sum := range sums {
		cell := uint64(sum >> t.shift)
		for side := range uint64(2) {
			entry, head := 2*i+int(side), &t.head[hash(cell-side)]
			t.next[entry] = *head
			*head = t.stamp | uint32(entry)
		}
	}
}

// find returns the indices of a sum x that was entered and of a sum y of others with
// least ≤ x − y ≤ most; x is −1 where there are none. The interval may not be wider
// than the table's. find gives up where many sums share a cell and none fits, which
// happens with heavy tails.
func (t *table) find(others []int64, least, most int64) (x, y int) {
	entered, next, stamp, shift := t.entered, t.next, t.stamp, t.shift&63
	width, looks := uint64(most-least), len(others)+32
	for k, sum := range others {
		sum += least
		// A word with this stamp becomes the number of an entry.
		for entry := t.head[hash(uint64(sum>>shift))] ^ stamp; entry <= lastEntry; entry = next[entry] ^ stamp {
			if uint64(entered[entry/2]-sum) <= width {
				return int(entry / 2), k
			}
			if looks--; looks < 0 {
				return -1, -1
			}
		}
	}
	return -1, -1
}

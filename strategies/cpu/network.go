package cpu

// comparator is one step of a sorting network: of rows a < b it puts the min, lane by
// lane, in a and the max in b.
type comparator struct{ a, b uint16 } // row numbers × halfLanes

// newNetwork returns the comparators that sort n rows: Batcher's merge exchange,
// about n (log n)²/4 of them (Knuth, The Art of Computer Programming 5.2.2,
// algorithm M). Which rows are compared does not depend on their content, so all
// lanes are sorted at once and no branch is mispredicted.
func newNetwork(n int) []comparator {
	var steps []comparator
	top := 1
	for top < n {
		top *= 2
	}
	top /= 2
	for p := top; p > 0; p /= 2 {
		r, d := 0, p
		for q := top; ; q /= 2 {
			for i := range n - d {
				if i&p == r {
					steps = append(steps, comparator{uint16(halfLanes * i), uint16(halfLanes * (i + d))})
				}
			}
			if q == p {
				break
			}
			r, d = p, q-p
		}
	}
	return steps
}

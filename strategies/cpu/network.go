package cpu

// comparator is one step of a sorting network: rows a < b change places, lane
// by lane, where the first is greater.
type comparator struct{ a, b uint16 } // the rows, times halfLanes

// newNetwork returns the comparators that sort n rows: Batcher's merge
// exchange, n (log n)²/4 of them (Knuth, The Art of Computer Programming 5.2.2,
// algorithm M). Which rows meet does not depend on what is in them, so all
// lanes are sorted at once and no branch can be predicted wrongly.
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

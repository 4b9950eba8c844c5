package figure

import (
	"math"
	"slices"

	"gonum.org/v1/plot/vg"
)

func addDot(path *vg.Path, at vg.Point, radius vg.Length) {
	path.Move(vg.Point{X: at.X + radius, Y: at.Y})
	path.Arc(at, radius, 0, 2*math.Pi)
	path.Close()
}

// dotRadius is the radius of dots where the fullest row has n.
func dotRadius(n int) vg.Length {
	switch {
	case n <= 60:
		return 1.7
	case n <= 150:
		return 1.4
	case n <= 400:
		return 1.1
	}
	return 0.85
}

// swarm spreads points that would lie on each other: it returns an offset for
// each place, at most limit in size, that keeps points of the radius apart
// while there is room.
func swarm(places []vg.Length, radius, limit vg.Length) []vg.Length {
	order := make([]int, len(places))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch {
		case places[a] < places[b]:
			return -1
		case places[a] > places[b]:
			return 1
		}
		return 0
	})
	offsets := make([]vg.Length, len(places))
	apart := 2 * radius * 0.92
	for n, i := range order {
		for step := 0; ; step++ {
			try := vg.Length((step+1)/2) * radius * 0.7
			if step%2 == 0 {
				try = -try
			}
			if try > limit || try < -limit {
				// No room: spread evenly over the height.
				offsets[i] = limit * (vg.Length(n*7919%1000)/500 - 1)
				break
			}
			if !collides(places, offsets, order[:n], places[i], try, apart) {
				offsets[i] = try
				break
			}
		}
	}
	return offsets
}

// collides says whether a point at (x, dy) is nearer than apart to one of those
// placed, which are in ascending order of place.
func collides(places, offsets []vg.Length, placed []int, x, dy, apart vg.Length) bool {
	for _, j := range slices.Backward(placed) {
		dx := x - places[j]
		if dx >= apart {
			return false
		}
		d := dy - offsets[j]
		if dx*dx+d*d < apart*apart {
			return true
		}
	}
	return false
}

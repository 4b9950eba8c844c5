package exchange

import "math"

// place returns the first item of weight ≤ goal, or the number of items if there is
// none.
func (s *state) place(goal int64) int {
	weight := s.weight
	at, n := 0, len(weight)
	for n > 0 {
		half := (n + 1) >> 1
		at += half & int((goal-weight[at+half-1])>>63) // a step where it is above goal
		n -= half
	}
	return at
}

// single looks for items x of pack a and y of another pack such that the weight
// moved out of a, sign·(weight x − weight y), is nearest to want and within the room
// of y's pack. miss is the distance from want; math.MaxInt64 where no pair is within
// enough of it.
func (s *state) single(a int32, sign, want, enough int64) (bestX, bestY int32, miss int64) {
	miss = enough + 1
	weight, packOf, room := s.weight, s.packOf, s.room
	for _, x := range s.items(a) {
		wx := weight[x]
		goal := wx - sign*want
		at := s.place(goal)
		for y := at - 1; y >= max(0, at-s.scan); y-- {
			off := weight[y] - goal
			if off >= miss {
				break
			}
			if sign*(wx-weight[y]) <= room[packOf[y]] {
				bestX, bestY, miss = x, int32(y), off
				break
			}
		}
		for y := at; y < min(len(weight), at+s.scan); y++ {
			off := goal - weight[y]
			if off >= miss {
				break
			}
			if sign*(wx-weight[y]) <= room[packOf[y]] {
				bestX, bestY, miss = x, int32(y), off
				break
			}
		}
	}
	if miss > enough {
		miss = math.MaxInt64
	}
	return bestX, bestY, miss
}

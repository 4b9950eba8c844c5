package exchange

import "math"

// setRoom lets every pack but q take what keeps it at or below limit.
func (s *state) setRoom(q int32, sign, limit int64) {
	for i, load := range s.load {
		s.room[i] = limit - sign*load
	}
	s.room[q] = math.MinInt64
}

// fit brings pack q into the window by one exchange with a pack that stays
// within the limit, and returns that pack.
func (s *state) fit(q int32, a aim) (int32, bool) {
	s.setRoom(q, a.sign, a.limit)
	return s.fitRoom(q, a, s.largest)
}

// Chances from which a search is worth its time, in expected finds; by trial.
const (
	worthSingle = 1.0
	worthSubset = 1.0
	worthOnce   = 0.6 // in one partner: its list will hardly be used again
)

// fitRoom brings pack q into the window by one exchange of at most largest
// items with a pack that has room.
func (s *state) fitRoom(q int32, a aim, largest int) (int32, bool) {
	excess := a.sign*s.load[q] - a.target
	least := excess - a.window
	s.partner = s.partner[:0]
	for i, room := range s.room {
		if room >= least {
			s.partner = append(s.partner, int32(i))
		}
	}
	if len(s.partner) == 0 {
		return -1, false
	}
	// Differences of weights lie within about ±spread; those of j-subsets lie
	// about as dense per pair.
	chance := float64(len(s.partner)) * float64(a.window) / float64(s.spread)
	if largest == 1 || chance*float64(s.capacity*s.capacity) > worthSingle {
		if x, y, miss := s.single(q, a.sign, excess); miss <= a.window {
			return s.exchangeOne(x, y), true
		}
	}
	chance *= float64(min(len(s.partner), mostPartners)) / float64(len(s.partner))
	for j := 2; j <= largest; j++ {
		finds := chance * float64(s.length[j]) * float64(s.length[j])
		if j < largest && finds < worthSubset {
			continue
		}
		once := finds > worthOnce*float64(min(len(s.partner), mostPartners))
		if partner, ok := s.fitSubset(q, j, excess, once, a); ok {
			return partner, true
		}
	}
	return -1, false
}

// fitSubset is fitRoom for exchanges of j items with one of s.partner. once says
// that lists of partners are not worth sorting.
func (s *state) fitSubset(q int32, j int, excess int64, once bool, a aim) (int32, bool) {
	list := s.list(q, j)
	ready := 0 // partners whose lists are there come first
	for i, partner := range s.partner {
		if s.has(partner, j) {
			s.partner[ready], s.partner[i] = partner, s.partner[ready]
			ready++
		}
	}
	for _, partner := range s.partner[:min(len(s.partner), mostPartners)] {
		room := s.room[partner]
		try := func(least, most int64) bool {
			goal, enough := a.sign*(least+most)<<(subsetBits-1), (most-least)<<(subsetBits-1)
			var x, y, miss int64
			if once && j == 2 && !s.has(partner, j) {
				x, y, miss = s.nearestPair(list, partner, goal, enough)
			} else {
				x, y, miss = nearest(list, s.otherList(partner, q, j), goal, enough)
			}
			if miss > enough {
				return false
			}
			s.exchangeSubsets(q, partner, x, y)
			return true
		}
		// Either pack q ends in the window, or its partner does.
		if try(excess-a.window, min(excess+a.window, room)) {
			return partner, true
		}
		if least := max(room-2*a.window, excess+a.window); least < room && room < math.MaxInt64/4>>subsetBits && try(least, room) {
			return partner, true
		}
	}
	return -1, false
}

// share moves much of the heaviest pack's excess, or about half of what it has
// above the lightest, to a pack that stays well below it.
func (s *state) share(heaviest int32, lack int64, a aim) bool {
	excess := a.sign*s.load[heaviest] - a.target
	s.setRoom(heaviest, a.sign, max(a.limit, a.target+excess/2))
	if x, y, miss := s.single(heaviest, a.sign, excess); miss <= max(a.window, excess/4) {
		s.exchangeOne(x, y)
		return true
	}
	half := (excess + lack) / 2
	if half <= a.window {
		return false
	}
	s.setRoom(heaviest, a.sign, a.target+excess/4*3)
	if x, y, miss := s.single(heaviest, a.sign, half); miss <= half/4 {
		s.exchangeOne(x, y)
		return true
	}
	return false
}

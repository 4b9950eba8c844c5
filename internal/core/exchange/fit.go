package exchange

import "math"

// setRoom gives every pack but q the room that keeps it at or below limit.
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

// fitRoom brings pack q into the window by one exchange of at most largest items
// with a pack that has room, and returns that pack.
func (s *state) fitRoom(q int32, a aim, largest int) (int32, bool) {
	excess := a.sign*s.load[q] - a.target
	least := excess - a.window
	s.partner = s.partner[:len(s.room)] // filled without branches
	n := 0
	for i, room := range s.room {
		s.partner[n] = int32(i)
		if room >= least {
			n++
		}
	}
	if s.partner = s.partner[:n]; n == 0 {
		return -1, false
	}
	// Differences of weights lie within about ±spread; those of j-subsets lie
	// about as dense per pair.
	chance := float64(len(s.partner)) * float64(a.window) / float64(s.spread)
	if largest == 1 || chance*float64(s.capacity*s.capacity) > s.worthSingle {
		if x, y, miss := s.single(q, a.sign, excess, a.window); miss <= a.window {
			return s.exchangeOne(x, y), true
		}
	}
	chance *= float64(min(len(s.partner), s.partners)) / float64(len(s.partner))
	for j := 2; j <= largest; j++ {
		finds := chance * float64(s.length[j]) * float64(s.length[j])
		likely := finds
		if s.impatient() {
			likely *= s.luck[j].factor()
		}
		if likely < s.worthLast || j < largest && likely < s.worthSubset {
			continue
		}
		partner, ok := s.fitSubset(q, j, excess, likely > s.worthBoth*float64(len(s.partner)), a)
		s.luck[j].learn(finds, ok)
		if ok {
			return partner, true
		}
	}
	return -1, false
}

// luck compares what the searches for subsets in a layer have found with what was
// expected: where weights form clusters, whole ranges of sums may be out of reach.
type luck struct{ expected, found float64 }

// factor corrects an expected number of finds.
func (l *luck) factor() float64 { return min(1, (l.found+1)/(l.expected+1)) }

// learn records a search, which ends with its first find.
func (l *luck) learn(expected float64, found bool) {
	if found {
		l.found++
		expected = min(expected, 1)
	}
	l.expected += expected
}

// impatient reports whether luck counts.
func (s *state) impatient() bool { return s.vain > s.patience*len(s.weight) }

// fitSubset is fitRoom for exchanges of j items with a pack of s.partner. With both,
// an exchange that leaves the partner in the window is good enough.
func (s *state) fitSubset(q int32, j int, excess int64, both bool, a aim) (int32, bool) {
	s.enter(s.ownSums(q, j), 2*a.window)
	for _, partner := range s.partner[:min(len(s.partner), s.partners)] {
		room := s.room[partner]
		if s.moveSubset(q, partner, j, a.sign, excess-a.window, min(excess+a.window, room)) {
			return partner, true
		}
		if !both {
			continue
		}
		if least := max(room-2*a.window, excess+a.window); least < room && room < math.MaxInt64/4 &&
			s.moveSubset(q, partner, j, a.sign, least, room) {
			return partner, true
		}
	}
	return -1, false
}

// moveSubset exchanges j items of pack q, whose sums are in the table, for items of
// its partner such that the load moved is from least to most. It reports whether it
// found any.
func (s *state) moveSubset(q, partner int32, j int, sign, least, most int64) bool {
	if sign < 0 {
		least, most = -most, -least
	}
	others := s.sumsOf(partner, j)
	x, y := s.find(others, least, most)
	if x < 0 {
		s.vain += len(others)
		return false
	}
	s.exchangeSubsets(q, partner, j, x, y)
	return true
}

// share moves much of the heaviest pack's excess, or about half its distance from
// the lightest, to a pack that stays well below it.
func (s *state) share(heaviest int32, lack int64, a aim) bool {
	excess := a.sign*s.load[heaviest] - a.target
	s.setRoom(heaviest, a.sign, max(a.limit, a.target+excess/2))
	enough := max(a.window, excess/4)
	if x, y, miss := s.single(heaviest, a.sign, excess, enough); miss <= enough {
		s.exchangeOne(x, y)
		return true
	}
	half := (excess + lack) / 2
	if half <= a.window {
		return false
	}
	s.setRoom(heaviest, a.sign, a.target+excess/4*3)
	if x, y, miss := s.single(heaviest, a.sign, half, half/4); miss <= half/4 {
		s.exchangeOne(x, y)
		return true
	}
	return false
}

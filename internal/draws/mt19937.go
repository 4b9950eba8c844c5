package draws

// mt19937 is the Mersenne Twister of Matsumoto and Nishimura (ACM TOMACS 8(1),
// 1998), which makes its words 624 at a time; filling and skipping go by such
// blocks, several times as fast as word by word.
type mt19937 struct {
	state [mtWords]uint32
	next  int // word of the state that is drawn next
}

const (
	mtWords = 624
	mtShift = 397
)

// seed sets the state that the authors' init_genrand sets.
func (m *mt19937) seed(seed uint32) {
	m.state[0] = seed
	for i := 1; i < mtWords; i++ {
		seed = 1812433253*(seed^seed>>30) + uint32(i)
		m.state[i] = seed
	}
	m.next = mtWords
}

// fill writes the low 24 bits of the next words to dst.
func (m *mt19937) fill(dst []uint32) {
	for len(dst) > 0 {
		if m.next == mtWords {
			m.twist()
			m.next = 0
		}
		n := min(len(dst), mtWords-m.next)
		for i, y := range m.state[m.next : m.next+n] {
			y ^= y >> 11
			y ^= y << 7 & 0x9D2C5680
			y ^= y << 15 & 0xEFC60000
			y ^= y >> 18
			dst[i] = y & (1<<Bits - 1)
		}
		m.next += n
		dst = dst[n:]
	}
}

// skip passes over the next n words.
func (m *mt19937) skip(n int) {
	for m.next += n; m.next > mtWords; m.next -= mtWords {
		m.twist()
	}
}

// twist makes the next block of the state.
func (m *mt19937) twist() {
	s := &m.state
	const rest = mtWords - mtShift
	for i := range rest {
		s[i] = s[i+mtShift] ^ mtMix(s[i], s[i+1])
	}
	for i := rest; i < mtWords-1; i++ {
		s[i] = s[i-rest] ^ mtMix(s[i], s[i+1])
	}
	s[mtWords-1] = s[mtShift-1] ^ mtMix(s[mtWords-1], s[0])
}

// mtMix is the upper bit of one word with the lower ones of the next, times the
// matrix of the recurrence.
func mtMix(upper, lower uint32) uint32 {
	y := upper&0x80000000 | lower&0x7FFFFFFF
	return y>>1 ^ -(y&1)&0x9908B0DF
}

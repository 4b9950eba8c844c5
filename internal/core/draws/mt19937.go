package draws

// mt19937 is the Mersenne Twister of Matsumoto and Nishimura (ACM TOMACS 8(1),
// 1998). It makes words in blocks of 624; filling and skipping go block by block,
// which is several times as fast as word by word.
type mt19937 struct {
	state [2 * mtWords]uint32 // the last block, then the one being drawn from
	next  int                 // index in the latter of the next word
}

const (
	mtWords    = 624
	mtShift    = 397
	mtUpper    = 0x80000000 // bit of a word that is twisted with the lower bits of the next
	mtMatrix   = 0x9908B0DF
	mtTemper7  = 0x9D2C5680 // masks of the words shifted by 7 and 15
	mtTemper15 = 0xEFC60000
)

// seed sets the state that the authors' init_genrand sets.
func (m *mt19937) seed(seed uint32) {
	block := m.state[mtWords:]
	block[0] = seed
	for i := 1; i < mtWords; i++ {
		seed = 1812433253*(seed^seed>>30) + uint32(i)
		block[i] = seed
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
		words := m.state[mtWords+m.next:][:n]
		done := temperVector(dst[:n], words)
		temper(dst[done:n], words[done:])
		m.next += n
		dst = dst[n:]
	}
}

// skip skips n words.
func (m *mt19937) skip(n int) {
	for m.next += n; m.next > mtWords; m.next -= mtWords {
		m.twist()
	}
}

// twist makes the next block of the state.
func (m *mt19937) twist() {
	copy(m.state[:mtWords], m.state[mtWords:])
	if !twistVector(&m.state) {
		twist(&m.state)
	}
}

// twist makes each word of the new block from three earlier ones: the upper bit of
// one and the lower bits of the next, times the matrix of the recurrence, plus a
// third.
func twist(x *[2 * mtWords]uint32) {
	for i := range mtWords {
		y := x[i]&mtUpper | x[i+1]&^mtUpper
		x[i+mtWords] = x[i+mtShift] ^ y>>1 ^ -(y&1)&mtMatrix
	}
}

// temper writes the low 24 bits of the tempered words to dst.
func temper(dst, words []uint32) {
	for i, y := range words[:len(dst)] {
		y ^= y >> 11
		y ^= y << 7 & mtTemper7
		y ^= y << 15 & mtTemper15
		y ^= y >> 18
		dst[i] = y & (1<<Bits - 1)
	}
}

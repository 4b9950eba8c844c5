package draws

import (
	"slices"
	"testing"

	"gonum.org/v1/gonum/mathext/prng"
	"pgregory.net/rapid"
)

// The words are those of gonum's generator, however they are split into draws and
// skips.
func TestMT19937EqualsGonum(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.Uint32().Draw(t, "seed")
		want := prng.NewMT19937()
		want.Seed(uint64(seed))
		var m mt19937
		m.seed(seed)
		for range 8 {
			n := rapid.SampledFrom([]int{0, 1, 7, 623, 624, 625, 1248, 2000}).Draw(t, "n")
			if rapid.Bool().Draw(t, "skip") {
				m.skip(n)
				for range n {
					want.Uint32()
				}
				continue
			}
			got := make([]uint32, n)
			m.fill(got)
			for i := range got {
				if w := want.Uint32() & (1<<Bits - 1); got[i] != w {
					t.Fatalf("word %d of %d is %#x, want %#x", i, n, got[i], w)
				}
			}
		}
	})
}

// The C++ standard gives the 10000th word for seed 5489 (mt19937, [rand.predef]).
func TestMT19937KnownAnswer(t *testing.T) {
	var m mt19937
	m.seed(5489)
	m.skip(9999)
	got := make([]uint32, 1)
	if m.fill(got); got[0] != 4123659995&(1<<Bits-1) {
		t.Errorf("word 10000 is %d, want the low bits of 4123659995", got[0])
	}
}

// The next block and its draws are the same with and without vector instructions.
func TestVectorTwistAndTemperEqualPlain(t *testing.T) {
	var m mt19937
	m.seed(1)
	for n := range 2 * mtWords {
		plain, vector := m.state, m.state
		twist(&plain)
		if twistVector(&vector) && vector != plain {
			t.Fatalf("block %d differs", n)
		}
		want, got := make([]uint32, n), make([]uint32, n)
		temper(want, plain[:n])
		if done := temperVector(got, plain[:n]); !slices.Equal(got[:done], want[:done]) {
			t.Fatalf("the draws of %d words differ", n)
		}
		m.twist()
	}
}

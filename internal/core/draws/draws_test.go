package draws

import (
	"slices"
	"testing"
)

// The known answers are Random123's (kat_vectors of Salmon et al.).
func TestPhiloxKnownAnswers(t *testing.T) {
	tests := []struct {
		counter [4]uint32
		key     [2]uint32
		want    [4]uint32
	}{
		{
			want: [4]uint32{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8},
		},
		{
			counter: [4]uint32{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
			key:     [2]uint32{0xffffffff, 0xffffffff},
			want:    [4]uint32{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd},
		},
		{
			counter: [4]uint32{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
			key:     [2]uint32{0xa4093822, 0x299f31d0},
			want:    [4]uint32{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1},
		},
	}
	for _, tt := range tests {
		if got := Philox4x32(tt.counter, tt.key); got != tt.want {
			t.Errorf("Philox4x32(%x, %x) = %x, want %x", tt.counter, tt.key, got, tt.want)
		}
	}
}

// A draw depends on (seed, layer, candidate, item) alone: a shorter row is a
// prefix of a longer one, whatever the remainder modulo the block.
func TestPhiloxIsAFunctionOfItsCoordinates(t *testing.T) {
	long := make([]uint32, 103)
	Philox(long, 7<<32|5, 3, 40)
	for n := range len(long) {
		short := make([]uint32, n)
		Philox(short, 7<<32|5, 3, 40)
		if !slices.Equal(short, long[:n]) {
			t.Fatalf("the first %d draws differ from those of a longer row", n)
		}
	}
	for i := range long {
		block := Philox4x32([4]uint32{uint32(i / 4), 40, 3, 0}, [2]uint32{5, 7})
		if want := block[i%4] >> 8; long[i] != want {
			t.Errorf("draw %d is %#x, want %#x", i, long[i], want)
		}
	}
	for _, other := range []struct {
		seed             uint64
		layer, candidate int
	}{{7<<32 | 6, 3, 40}, {8<<32 | 5, 3, 40}, {7<<32 | 5, 4, 40}, {7<<32 | 5, 3, 41}} {
		row := make([]uint32, len(long))
		Philox(row, other.seed, other.layer, other.candidate)
		if slices.Equal(row, long) {
			t.Errorf("%+v has the draws of another coordinate", other)
		}
	}
}

// Layer by layer, the two generators draw what the published program draws, in its
// order, from one.
func TestTorchDrawsInTheOrderOfThePublishedProgram(t *testing.T) {
	const layers, random, noisy, items = 3, 4, 5, 7
	whole := NewTorch(11, 1, layers*random*items+layers*noisy*items, 0, 1)
	stream := make([]uint32, layers*(random+noisy)*items)
	whole.Next(stream)
	torch := NewTorch(11, layers, random, noisy, items)
	got := make([]uint32, (random+noisy)*items)
	for l := range layers {
		torch.Next(got)
		orders := stream[l*random*items : (l+1)*random*items]
		noise := stream[layers*random*items+l*noisy*items:][:noisy*items]
		if !slices.Equal(got[:random*items], orders) || !slices.Equal(got[random*items:], noise) {
			t.Fatalf("layer %d has other draws than the stream at its place", l)
		}
	}
}

func BenchmarkPhilox(b *testing.B) {
	row := make([]uint32, 288)
	b.SetBytes(int64(4 * len(row)))
	for i := 0; b.Loop(); i++ {
		Philox(row, 1, 2, i)
	}
}

func BenchmarkTorch(b *testing.B) {
	row := make([]uint32, 288)
	torch := NewTorch(1, 1, 1, 0, 288)
	b.SetBytes(int64(4 * len(row)))
	for b.Loop() {
		torch.Next(row)
	}
}

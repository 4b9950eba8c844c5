package strategies

import (
	"fmt"

	"packbench/internal/spec"
)

// Random chooses the source of the random draws of a run.
//
// A draw is a float32 in [0, 1), a multiple of 2⁻²⁴.
type Random struct {
	Stream Stream
	Seed   uint64
}

// Stream is a random number generator with a rule for which draw goes where.
type Stream int

const (
	// Philox is Philox4x32-10 (Salmon et al., SC 2011). A draw is a function of
	// (seed, layer, candidate, item) alone, so it is the same on every backend,
	// thread count and subset of layers.
	Philox Stream = iota
	// Torch is the stream of PyTorch's CPU generator after
	// torch.manual_seed(seed): MT19937 seeded with the low 32 bits of the seed,
	// used in the order of the published program: first the draws of all random
	// orders, [layers, random orders, items] row-major, then all noise,
	// [layers, noisy orders, items].
	Torch
)

var streamNames = []string{Philox: "philox", Torch: "torch"}

// String returns "philox" or "torch".
func (s Stream) String() string { return streamNames[s] }

// ParseStream reads what [Stream.String] writes.
func ParseStream(name string) (Stream, error) {
	for s, n := range streamNames {
		if n == name {
			return Stream(s), nil
		}
	}
	return 0, fmt.Errorf("unknown random stream %q%s", name, spec.Suggest(name, streamNames))
}

// MarshalText implements encoding.TextMarshaler.
func (s Stream) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (s *Stream) UnmarshalText(text []byte) error {
	stream, err := ParseStream(string(text))
	*s = stream
	return err
}

package harness

import (
	"crypto/sha256"
	"encoding/binary"
	"math"
	"slices"
)

// identities returns a number per layer that is the same for layers with the
// same loads in whatever order: to packing they are one problem, and a
// statistic that takes them for several counts evidence twice.
func (l *keptLoads) identities() []float64 {
	if l.ids != nil {
		return l.ids
	}
	l.ids = make([]float64, l.Layers)
	values := make([]float64, l.Items)
	for layer := range l.ids {
		for i := range values {
			values[i] = l.load(layer*l.Items + i)
		}
		l.ids[layer] = identity(values)
	}
	return l.ids
}

// load returns a load as it was given.
func (k *keptLoads) load(i int) float64 {
	if k.Values != nil {
		return k.Values[i]
	}
	return float64(k.Weights[i])
}

// identity returns 48 bits of the hash of values, which it sorts. They are a
// whole number that every JSON reader keeps exactly.
func identity(values []float64) float64 {
	slices.Sort(values)
	text := make([]byte, 0, 8*len(values))
	for _, v := range values {
		text = binary.LittleEndian.AppendUint64(text, math.Float64bits(v))
	}
	sum := sha256.Sum256(text)
	return float64(binary.LittleEndian.Uint64(append(sum[:6:6], 0, 0)))
}

// Package answer writes packings as files for other programs to read: NumPy's
// .npz or JSON.
package answer

import (
	"bufio"
	"encoding/json"
	"io"
	"slices"

	"packbench/internal/npz"
	"packbench/packing"
	"packbench/strategies"
)

// Answer is a packing with what it is worth.
type Answer struct {
	Strategy string // canonical spec
	Problem  *packing.Problem
	Packing  *packing.Packing
	Optimal  []bool   // of each layer, whether that was proven; nil where nothing is
	Warnings []string // one line each
}

// New returns the answer that a strategy gave to p.
func New(strategy strategies.Strategy, p *packing.Problem, packed *strategies.Packed) Answer {
	return Answer{
		Strategy: strategy.Spec().String(), Problem: p, Packing: packed.Packing,
		Optimal: packed.Optimal, Warnings: packed.Warnings,
	}
}

// WriteNPZ writes the arrays pack_index and rank_in_pack, int64 [layers, items],
// and loads, float32 [layers, packs]: rounded, where float32 does not hold them.
func (a Answer) WriteNPZ(w io.Writer) error {
	s := a.Packing.Shape
	loads := make([]float32, 0, s.Layers*s.Packs)
	for _, load := range a.Packing.Loads(a.Problem) {
		loads = append(loads, float32(load))
	}
	return npz.Write(w,
		npz.Int64("pack_index", a.Packing.PackIndex, s.Layers, s.Items),
		npz.Int64("rank_in_pack", a.Packing.RankInPack, s.Layers, s.Items),
		npz.Float32("loads", loads, s.Layers, s.Packs),
	)
}

// document is the JSON form.
type document struct {
	Strategy    string            `json:"strategy"`
	Layers      int               `json:"layers"`
	Items       int               `json:"items"`
	Packs       int               `json:"packs"`
	Imbalance   []json.RawMessage `json:"imbalance"`
	MaxOverMean []float64         `json:"max_over_mean"`
	LowerBound  []json.RawMessage `json:"lower_bound"`
	Optimal     []bool            `json:"optimal"`         // null where the strategy proves nothing
	Proven      string            `json:"proven,omitzero"` // "proven 2 of 3"
	Rounded     int               `json:"rounded"`         // loads that float32 does not hold
	Warnings    []string          `json:"warnings,omitempty"`
	Loads       []json.RawMessage `json:"loads"`
	PackIndex   [][]int32         `json:"pack_index"`
	RankInPack  [][]int32         `json:"rank_in_pack"`
}

// WriteJSON writes one object with the arrays of [Answer.WriteNPZ], nested, and
// per layer the imbalance (max − min load), max/mean load, a lower bound on the
// maximum and whether the maximum was proven to be the least. Loads, imbalance and
// bound are those of the loads as given: exact, where they are whole numbers or
// decimals.
func (a Answer) WriteJSON(w io.Writer) error {
	s := a.Packing.Shape
	d := document{
		Strategy: a.Strategy, Layers: s.Layers, Items: s.Items, Packs: s.Packs,
		Optimal: a.Optimal, Proven: strategies.Proven(a.Optimal), Warnings: a.Warnings,
		PackIndex:  slices.Collect(slices.Chunk(a.Packing.PackIndex, s.Items)),
		RankInPack: slices.Collect(slices.Chunk(a.Packing.RankInPack, s.Items)),
	}
	d.Rounded, _ = a.Problem.Rounded()
	var tally packing.Tally
	for l := range s.Layers {
		tally.Count(a.Problem, a.Packing, l)
		d.Imbalance = append(d.Imbalance, tally.AppendImbalance(nil))
		d.MaxOverMean = append(d.MaxOverMean, tally.Quality().MaxOverMean())
		d.LowerBound = append(d.LowerBound, tally.AppendBound(nil))
		d.Loads = append(d.Loads, tally.AppendLoads(nil))
	}
	buffered := bufio.NewWriter(w)
	if err := json.NewEncoder(buffered).Encode(d); err != nil {
		return err
	}
	return buffered.Flush()
}

// Package answer writes packings as files for other programs to read: NumPy's
// .npz or JSON.
package answer

import (
	"bufio"
	"encoding/json"
	"io"

	"packbench/internal/npz"
	"packbench/packing"
)

// Answer is a packing with what it is worth.
type Answer struct {
	Strategy string // canonical spec
	Problem  *packing.Problem
	Packing  *packing.Packing
	Quality  []packing.Quality // of each layer
}

// New evaluates a valid packing of p.
func New(strategy string, p *packing.Problem, g *packing.Packing) Answer {
	return Answer{Strategy: strategy, Problem: p, Packing: g, Quality: packing.Evaluate(p, g)}
}

// loads returns the load of each pack, [layers, packs], rounded to float32.
func (a Answer) loads() []float32 {
	loads := a.Packing.Loads(a.Problem.Weights)
	rounded := make([]float32, len(loads))
	for i, load := range loads {
		rounded[i] = float32(load)
	}
	return rounded
}

// WriteNPZ writes the arrays pack_index and rank_in_pack, int64 [layers, items],
// and loads, float32 [layers, packs].
func (a Answer) WriteNPZ(w io.Writer) error {
	s := a.Packing.Shape
	return npz.Write(w,
		npz.Int64("pack_index", a.Packing.PackIndex, s.Layers, s.Items),
		npz.Int64("rank_in_pack", a.Packing.RankInPack, s.Layers, s.Items),
		npz.Float32("loads", a.loads(), s.Layers, s.Packs),
	)
}

// document is the JSON form.
type document struct {
	Strategy    string      `json:"strategy"`
	Layers      int         `json:"layers"`
	Items       int         `json:"items"`
	Packs       int         `json:"packs"`
	Imbalance   []float64   `json:"imbalance"`
	MaxOverMean []float64   `json:"max_over_mean"`
	LowerBound  []float64   `json:"lower_bound"`
	Loads       [][]float32 `json:"loads"`
	PackIndex   [][]int32   `json:"pack_index"`
	RankInPack  [][]int32   `json:"rank_in_pack"`
}

// WriteJSON writes one object with the arrays of [Answer.WriteNPZ], nested, and
// per layer the imbalance (max − min load), max/mean load and a lower bound on
// the maximum.
func (a Answer) WriteJSON(w io.Writer) error {
	s := a.Packing.Shape
	d := document{
		Strategy: a.Strategy, Layers: s.Layers, Items: s.Items, Packs: s.Packs,
		Loads:      rows(a.loads(), s.Packs),
		PackIndex:  rows(a.Packing.PackIndex, s.Items),
		RankInPack: rows(a.Packing.RankInPack, s.Items),
	}
	for _, q := range a.Quality {
		d.Imbalance = append(d.Imbalance, q.Imbalance())
		d.MaxOverMean = append(d.MaxOverMean, q.MaxOverMean())
		d.LowerBound = append(d.LowerBound, q.LowerBound)
	}
	buffered := bufio.NewWriter(w)
	if err := json.NewEncoder(buffered).Encode(d); err != nil {
		return err
	}
	return buffered.Flush()
}

// rows cuts a row-major array into its rows of n.
func rows[T any](flat []T, n int) [][]T {
	var out [][]T
	for i := 0; i < len(flat); i += n {
		out = append(out, flat[i:i+n])
	}
	return out
}

// Package golden holds packings recorded from the published program and from
// DeepSeek's balanced_packing, on which a backend can be judged.
//
// They come from PyTorch 1.13.1 on one CPU thread after
// torch.manual_seed(seed), with every sort, argsort and topk made stable.
package golden

import (
	"embed"
	"encoding/json"
	"fmt"

	"packbench/internal/npz"
	"packbench/internal/tensor"
	"packbench/packing"
)

//go:embed testdata
var files embed.FS

// Case is one recorded input with its answers.
type Case struct {
	Name    string
	Seed    uint64 // of torch.manual_seed
	Problem *packing.Problem
	// Answers by strategy: "lpt" (absent where items = packs), "two-opt",
	// "topk-max-any".
	Answers map[string]*packing.Packing
	// FirstDraws are the first uniforms of torch.rand after the seed, nil where
	// not recorded.
	FirstDraws []float32
	// CandidateImbalance is max − min load of each candidate after the greedy
	// stage, [layers, 128], nil where not recorded; TopK the candidates that
	// were kept, best first, [layers, 8].
	CandidateImbalance []float32
	TopK               []int64
}

// prefixes of the arrays of each strategy in the files.
var prefixes = map[string]string{"lpt": "lpt", "two-opt": "twoopt", "topk-max-any": "maxany"}

// Cases reads all recorded cases.
func Cases() ([]Case, error) {
	index, err := files.ReadFile("testdata/cases.json")
	if err != nil {
		return nil, err
	}
	var entries []struct {
		Name   string `json:"name"`
		Layers int    `json:"layers"`
		Items  int    `json:"items"`
		Packs  int    `json:"packs"`
		Seed   uint64 `json:"torch_seed"`
	}
	if err := json.Unmarshal(index, &entries); err != nil {
		return nil, err
	}
	var cases []Case
	for _, e := range entries {
		c, err := read(e.Name, packing.Shape{Layers: e.Layers, Items: e.Items, Packs: e.Packs})
		if err != nil {
			return nil, fmt.Errorf("golden case %s: %w", e.Name, err)
		}
		c.Seed = e.Seed
		cases = append(cases, c)
	}
	return cases, nil
}

func read(name string, shape packing.Shape) (Case, error) {
	data, err := files.ReadFile("testdata/" + name + ".npz")
	if err != nil {
		return Case{}, err
	}
	arrays, err := npz.OpenArchive(data)
	if err != nil {
		return Case{}, err
	}
	has := map[string]bool{}
	for _, key := range arrays.Names() {
		has[key] = true
	}
	array := func(key string) (a *tensor.Array) {
		if err == nil && has[key] {
			a, err = arrays.Read(key, len(data)*1032) // deflate packs no more
		}
		return a
	}
	ints := func(key string) (out []int) {
		if a := array(key); a != nil {
			out, err = a.Ints()
		}
		return out
	}
	floats := func(key string) []float32 {
		a := array(key)
		if a == nil {
			return nil
		}
		var wide []float64
		wide, err = a.Float64s()
		out := make([]float32, len(wide))
		for i, v := range wide {
			out[i] = float32(v) // recorded as float32
		}
		return out
	}
	c := Case{Name: name, Answers: map[string]*packing.Packing{}}
	weights := floats("weight")
	c.FirstDraws = floats("detail_first_draws")
	c.CandidateImbalance = floats("detail_candidate_imbalance")
	for _, candidate := range ints("detail_topk_candidates") {
		c.TopK = append(c.TopK, int64(candidate))
	}
	for strategy, prefix := range prefixes {
		if !has[prefix+"_pack_index"] {
			continue
		}
		answer := packing.NewPacking(shape)
		pack, rank := ints(prefix+"_pack_index"), ints(prefix+"_rank_in_pack")
		if len(pack) != len(rank) || len(pack) != len(answer.PackIndex) {
			return Case{}, fmt.Errorf("%s: %d packs and %d ranks for %d items", strategy, len(pack), len(rank), len(answer.PackIndex))
		}
		for i := range pack {
			answer.PackIndex[i], answer.RankInPack[i] = int32(pack[i]), int32(rank[i])
		}
		c.Answers[strategy] = answer
	}
	if err != nil {
		return Case{}, err
	}
	c.Problem, err = packing.New(weights, shape.Layers, shape.Items, shape.Packs)
	return c, err
}

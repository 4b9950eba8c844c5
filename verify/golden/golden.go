// Package golden holds packings recorded from the published program and from
// DeepSeek's balanced_packing, on which a backend can be judged.
//
// They come from PyTorch 1.13.1 on one CPU thread after
// torch.manual_seed(seed), with every sort, argsort and topk made stable.
package golden

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"

	"github.com/sbinet/npyio/npz"

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
	r, err := npz.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return Case{}, err
	}
	has := map[string]bool{}
	for _, key := range r.Keys() {
		has[key] = true
	}
	array := func(key string, into any) {
		if err == nil && has[key] {
			err = r.Read(key, into)
		}
	}
	c := Case{Name: name, Answers: map[string]*packing.Packing{}}
	var weights []float32
	array("weight.npy", &weights)
	array("detail_first_draws.npy", &c.FirstDraws)
	array("detail_candidate_imbalance.npy", &c.CandidateImbalance)
	array("detail_topk_candidates.npy", &c.TopK)
	for strategy, prefix := range prefixes {
		if !has[prefix+"_pack_index.npy"] {
			continue
		}
		var pack, rank []int64
		array(prefix+"_pack_index.npy", &pack)
		array(prefix+"_rank_in_pack.npy", &rank)
		answer := packing.NewPacking(shape)
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

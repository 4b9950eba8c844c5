package answer_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/sbinet/npyio/npz"

	"packbench/cmd/bench/internal/answer"
	"packbench/packing"
)

func example(t *testing.T) answer.Answer {
	t.Helper()
	p, err := packing.New([]float32{4, 3, 2, 1, 1, 1, 1, 1}, 2, 4, 2)
	if err != nil {
		t.Fatal(err)
	}
	return answer.Answer{Strategy: "by-hand", Problem: p, Packing: &packing.Packing{
		Shape:      p.Shape,
		PackIndex:  []int32{0, 1, 0, 1, 1, 1, 0, 0},
		RankInPack: []int32{0, 0, 1, 1, 1, 0, 0, 1},
	}}
}

func TestNPZ(t *testing.T) {
	var b bytes.Buffer
	if err := example(t).WriteNPZ(&b); err != nil {
		t.Fatal(err)
	}
	r, err := npz.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	var pack, rank []int64
	var loads []float32
	for name, into := range map[string]any{"pack_index.npy": &pack, "rank_in_pack.npy": &rank, "loads.npy": &loads} {
		if err := r.Read(name, into); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if shape := r.Header(name).Descr.Shape; len(shape) != 2 || shape[0] != 2 {
			t.Errorf("%s has shape %v", name, shape)
		}
	}
	if want := []int64{0, 1, 0, 1, 1, 1, 0, 0}; !slices.Equal(pack, want) {
		t.Errorf("pack_index %v, want %v", pack, want)
	}
	if want := []int64{0, 0, 1, 1, 1, 0, 0, 1}; !slices.Equal(rank, want) {
		t.Errorf("rank_in_pack %v, want %v", rank, want)
	}
	if want := []float32{6, 4, 2, 2}; !slices.Equal(loads, want) {
		t.Errorf("loads %v, want %v", loads, want)
	}
}

func TestJSON(t *testing.T) {
	var b bytes.Buffer
	if err := example(t).WriteJSON(&b); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Strategy             string
		Layers, Items, Packs int
		Imbalance            []float64
		MaxOverMean          []float64 `json:"max_over_mean"`
		LowerBound           []float64 `json:"lower_bound"`
		Loads                [][]float32
		PackIndex            [][]int64 `json:"pack_index"`
		RankInPack           [][]int64 `json:"rank_in_pack"`
	}
	if err := json.NewDecoder(&b).Decode(&got); err != nil {
		t.Fatal(err)
	}
	if got.Strategy != "by-hand" || got.Layers != 2 || got.Items != 4 || got.Packs != 2 {
		t.Errorf("%+v", got)
	}
	if !slices.Equal(got.Imbalance, []float64{2, 0}) || !slices.Equal(got.MaxOverMean, []float64{1.2, 1}) || !slices.Equal(got.LowerBound, []float64{5, 2}) {
		t.Errorf("quality %+v", got)
	}
	if len(got.Loads) != 2 || !slices.Equal(got.Loads[0], []float32{6, 4}) {
		t.Errorf("loads %v", got.Loads)
	}
	if len(got.PackIndex) != 2 || !slices.Equal(got.PackIndex[1], []int64{1, 1, 0, 0}) || !slices.Equal(got.RankInPack[1], []int64{1, 0, 0, 1}) {
		t.Errorf("packs %v, ranks %v", got.PackIndex, got.RankInPack)
	}
}

// Loads beyond float32 are written as what they are.
func TestJSONOfLoadsBeyondFloat32(t *testing.T) {
	given := []float64{1<<53 - 1, 1<<53 - 2, 1<<53 - 3, 1<<53 - 5, 0.1, 0.2, 0.4, 25.7}
	weights := make([]float32, len(given))
	for i, v := range given {
		weights[i] = float32(v)
	}
	p, err := packing.NewGiven(weights, given, 2, 4, 2)
	if err != nil {
		t.Fatal(err)
	}
	a := example(t)
	a.Problem, a.Optimal, a.Warnings = p, []bool{true, false}, []string{"one"}
	var b bytes.Buffer
	if err := a.WriteJSON(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`"imbalance":[3,25.8]`, `"lower_bound":[18014398509481979,25.8]`, `"loads":[[18014398509481980,18014398509481977],[26.1,0.3]]`,
		`"optimal":[true,false],"proven":"proven 1 of 2","rounded":8,"warnings":["one"]`,
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %s in %s", want, b.String())
		}
	}
}

package strategies

import (
	"context"
	"os"
	"slices"
	"strings"
	"testing"

	"packbench/packing"
)

// The example in CONTRIBUTING.md is the file that is compiled here.
func TestContributingShowsTheExample(t *testing.T) {
	text, err := os.ReadFile("../CONTRIBUTING.md")
	if err != nil {
		t.Fatal(err)
	}
	example, err := os.ReadFile("example_strategy_test.go")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), "```go\n"+string(example)+"```\n") {
		t.Error("CONTRIBUTING.md does not show example_strategy_test.go word for word")
	}
}

func TestExampleStrategy(t *testing.T) {
	s, err := Registry{endsDefinition}.Parse("ends")
	if err != nil {
		t.Fatal(err)
	}
	p, err := packing.New([]float32{8, 7, 6, 5, 4, 3, 2, 1}, 1, 8, 2)
	if err != nil {
		t.Fatal(err)
	}
	g := packing.NewPacking(p.Shape)
	packer := s.(Layerwise).NewPacker(p.Items, p.Packs)
	if _, err := packer.PackLayer(context.Background(), Task{Weights: p.Weights, Packs: p.Packs}, g.PackIndex, g.RankInPack); err != nil {
		t.Fatal(err)
	}
	if err := g.Validate(p); err != nil {
		t.Fatal(err)
	}
	if want := []int32{0, 0, 1, 1, 1, 1, 0, 0}; !slices.Equal(g.PackIndex, want) {
		t.Errorf("packs %v, want %v", g.PackIndex, want)
	}
}

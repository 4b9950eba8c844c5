package report

import (
	"fmt"
	"strings"

	"packbench/internal/number"
	"packbench/packing"
)

// problem is one workload to be packed into one number of packs, over all
// seeds.
type problem struct {
	workload            string
	layers, items, pack int
}

// name is the workload without the numbers that shape tells.
func (p problem) name() string {
	name, args, _ := strings.Cut(p.workload, ":")
	var kept []string
	for arg := range strings.SplitSeq(args, ",") {
		key, _, given := strings.Cut(arg, "=")
		switch {
		case arg != "" && !given: // a file with a colon in its name
			return p.workload
		case arg != "" && key != "layers" && key != "items":
			kept = append(kept, arg)
		}
	}
	return strings.Join(append([]string{name}, kept...), " ")
}

// shape is "58 layers × 288 items in 32 packs".
func (p problem) shape() string {
	return fmt.Sprintf("%s × %s in %s", number.Count(p.layers, "layer"), number.Count(p.items, "item"), number.Count(p.pack, "pack"))
}

// size is the shape as a value.
func (p problem) size() packing.Shape {
	return packing.Shape{Layers: p.layers, Items: p.items, Packs: p.pack}
}

// oneShape says whether all problems have the same shape.
func (v *view) oneShape() bool {
	for _, p := range v.problems {
		q := v.problems[0]
		if p.layers != q.layers || p.items != q.items || p.pack != q.pack {
			return false
		}
	}
	return true
}

// oneWorkload says whether all problems have the same workload but for its
// shape.
func (v *view) oneWorkload() bool {
	for _, p := range v.problems {
		if p.name() != v.problems[0].name() {
			return false
		}
	}
	return true
}

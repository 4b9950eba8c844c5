package report

import (
	"fmt"

	"packbench/analysis"
	"packbench/runs"
)

// view is a run arranged for reading, with the names that its strategies and
// workloads have in the report.
type view struct {
	*analysis.Results
	names Names
}

func newView(run *runs.Run, names Names) *view {
	return &view{analysis.Arrange(run), names}
}

// idle counts the layers of a problem that have no load, of all seeds.
func (v *view) idle(p *analysis.Problem) int {
	for _, s := range v.Strategies {
		if r := v.Answer(p, s); r != nil && r.Judged() {
			return r.Idle()
		}
	}
	return 0
}

// where names an instance: "layer 3", with its seed where there are several.
func (v *view) where(i analysis.Instance) string {
	if len(v.Run.Manifest.Experiment.Seeds) > 1 {
		return fmt.Sprintf("layer %d of seed %d", i.Layer, i.Seed())
	}
	return fmt.Sprintf("layer %d", i.Layer)
}

// oneShape reports whether all problems have the same shape.
func (v *view) oneShape() bool {
	for _, p := range v.Problems {
		if p.ShortShape() != v.Problems[0].ShortShape() {
			return false
		}
	}
	return true
}

// oneWorkload reports whether all problems have the same workload but for its
// shape.
func (v *view) oneWorkload() bool {
	for _, p := range v.Problems {
		if p.Name != v.Problems[0].Name {
			return false
		}
	}
	return true
}

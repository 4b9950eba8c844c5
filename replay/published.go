package replay

import (
	"fmt"

	"packbench/internal/spec"
)

// Evaluator is a formula with which others rate planners.
type Evaluator struct {
	Name    string
	Unit    string // "" is a score, where more is better; "ns" a time
	Summary string // the formula and what it leaves out
	of      func(r *Result, p Prices) float64
}

// Of rates a replay.
func (e Evaluator) Of(r *Result, p Prices) float64 { return e.of(r, p) }

// Published returns the evaluators that results can be set beside.
func Published() []Evaluator {
	return []Evaluator{
		{
			Name:    "adrs",
			Summary: "90·balancedness of the GPUs + 5·min(0.002/t, 2) − min(20·t, 20) where t > 10 ms, t the planner's time in s; counts no moves, nodes or best split",
			of: func(r *Result, _ Prices) float64 {
				t := r.Total()
				seconds := max(t.PlanTime, 1) / 1e9
				score := float64(90*meanRatio(r)) + float64(5*min(.002/seconds, 2))
				if seconds > .010 {
					score -= float64(min(20*seconds, 20))
				}
				return score
			},
		},
		{
			Name:    "skydiscover",
			Summary: "(balancedness of the slots + 0.002/t)/2, t in s; their t includes the simulator, ours only the planner; packing on GPUs does not count",
			of: func(r *Result, _ Prices) float64 {
				t := r.Total()
				return (t.Slots + .002/(max(t.PlanTime, 1)/1e9)) / 2
			},
		},
		{
			Name: "huawei", Unit: "ns",
			Summary: "time of an iteration: the step's time · mean over layers of max/mean + moves · bytes/bandwidth + planning; a window is one iteration, every move goes at the inside bandwidth",
			of: func(r *Result, p Prices) float64 {
				sum := 0.0
				for i := range r.Windows {
					w := &r.Windows[i]
					sum += float64(p.Step*w.Score.MaxOverMean) + float64(1e9*p.ExpertBytes/p.Inside*float64(w.Moves.Total)) + w.PlanTime
				}
				return sum / float64(max(1, len(r.Windows)))
			},
		},
	}
}

// meanRatio is the mean over the windows with load of Σ mean / Σ max of the GPUs; 1
// without any.
func meanRatio(r *Result) float64 {
	sum := 0.0
	for i := range r.Windows {
		if w := &r.Windows[i]; !w.Idle(len(r.Layers.Max)) {
			sum += w.Score.GPUs.Ratio
		}
	}
	idle, _ := r.Idle()
	if idle == len(r.Windows) {
		return 1
	}
	return sum / float64(len(r.Windows)-idle)
}

// FindEvaluator returns the evaluator of that name.
func FindEvaluator(name string) (Evaluator, error) {
	var names []string
	for _, e := range Published() {
		if e.Name == name {
			return e, nil
		}
		names = append(names, e.Name)
	}
	return Evaluator{}, fmt.Errorf("unknown score %q%s", name, spec.Suggest(name, names))
}

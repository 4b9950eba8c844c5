package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"packbench/analysis"
	"packbench/internal/number"
	"packbench/runs"
)

// packed reports whether the run is one of packings. Others, of placements say,
// are told by their leading measure.
func (v *view) packed() bool { return analysis.Packed(&v.Run.Manifest) }

// lead is the measure that a run without packings is told by; of packings it is
// the zero Measure.
func (v *view) lead() runs.Measure {
	if v.packed() {
		return runs.Measure{}
	}
	return analysis.Leading(&v.Run.Manifest)
}

// subject is what the run compares: "strategy" or "planner".
func (v *view) subject() string {
	for _, c := range v.Run.Manifest.Cells {
		if c.Has(runs.PlannerAxis) {
			return runs.PlannerAxis
		}
	}
	return runs.StrategyAxis
}

// subjects is the heading of what the run compares.
func (v *view) subjects() string {
	if v.subject() == runs.PlannerAxis {
		return "Planners"
	}
	return "Strategies"
}

// replayed reports whether the run is of plans that are scored on later loads.
func (v *view) replayed() bool { return v.Run.Manifest.Experiment.Replay != nil }

// replayWords say of plans and GPUs what is said of packings and packs. Texts with
// names of the run's are not to be given to them.
var replayWords = strings.NewReplacer(
	"Runtime by strategy and backend, every run", "Time of a plan by planner, every replay",
	"one run, from weights in memory to packing in memory, all layers", "one replay: the median time of its plans, from loads in memory to plan in memory, all layers",
	"one run", "one plan", "a run", "a plan",
	"strategies", "planners", "strategy", "planner",
	"heaviest pack", "heaviest GPU", "layer's packs", "layer's GPUs", "the packs", "the GPUs",
	"Perfectly packed layers", "Layers in perfect balance", "packed optimally", "in perfect balance", "packs the remaining layers perfectly", "balances the remaining layers perfectly",
	"the lower bound, which no packing can beat", "the mean load, which no plan can beat",
	"the lower bound", "the mean load", "No packing has", "No plan has",
)

// worded puts a text on packings into the words of the run.
func (v *view) worded(text string) string {
	if v.replayed() {
		return replayWords.Replace(text)
	}
	return text
}

func (v *view) title() string {
	if v.replayed() {
		return "Planners replayed"
	}
	if v.packed() {
		return "Packing strategies compared"
	}
	return v.subjects() + " compared"
}

// plainName is the name of a measure in words.
func plainName(d runs.Measure) string { return strings.ReplaceAll(d.Name, "_", " ") }

// applying returns the columns that say something of this run, with the name of
// its subject.
func (v *view) applying(list []field) []field {
	if v.machines() == nil {
		list = slices.DeleteFunc(list, func(f field) bool { return f.id == machineField })
	}
	if v.packed() && v.subject() == runs.StrategyAxis {
		return list
	}
	if !v.packed() {
		list = slices.DeleteFunc(list, func(f field) bool {
			return slices.Contains([]string{"imbalance", "worst_imbalance", "max_over_mean", "gap", "worst_gap", provenField, aboveField}, f.id)
		})
	}
	for i := range list {
		switch list[i].id {
		case "strategy":
			list[i].id, list[i].title, list[i].help = v.subject(), v.subject(), "what produced the answer"
		case shapeField:
			list[i].help = "layers × experts per layer → slots (s), GPUs (g), nodes (n) and groups (gr)"
		default:
			list[i].help = v.worded(list[i].help)
		}
	}
	return list
}

// minor reports whether a measure is left out where lines are short: of runs
// without packings all but the leading one.
func (v *view) minor(d runs.Measure) bool { return !v.packed() && d.Name != v.lead().Name }

// narrow are the columns of a replay, which has many measures, where lines are
// short.
var narrow = []string{workloadField, shapeField, runs.PlannerAxis, backendField, machineField, timeField,
	runs.BalanceMeasure, runs.BestSplitMeasure, runs.WorstBalanceMeasure, runs.MovesMeasure, runs.LostMeasure}

// narrowed leaves the other columns of a replay out where lines are short.
func (v *view) narrowed(list []field) []field {
	if v.replayed() {
		for i := range list {
			list[i].wide = !slices.Contains(narrow, list[i].id)
		}
	}
	return list
}

// measured writes a value of a measure.
func measured(d runs.Measure, v float64) string {
	switch {
	case math.IsNaN(v):
		return "–"
	case d.Unit == runs.Nanoseconds:
		return number.Duration(v)
	case d.Unit == runs.Ratio:
		return number.Significant(v, 4) // balances differ late
	}
	return number.Trimmed(number.Short(v))
}

// worstField is the column of the worst layer by the leading measure, the i-th of
// [view.further].
func (v *view) worstField(i int, d runs.Measure) field {
	value := func(r row) float64 { return r.further[i].Worst }
	return field{id: "worst_" + d.Name, title: "worst " + plainName(d), unit: d.Unit, help: d.Meaning + ", the worst layer", value: value,
		text: func(r row) string { return measured(d, value(r)) }}
}

// leadAnswer is [answer] of runs without packings.
func leadAnswer(r analysis.Ranking, v *view) (sentence, more string) {
	best, d := r.Standings[0], r.Measure
	sentence = fmt.Sprintf("Over %s of %s, %s comes first by %s: %s on average and %s in the worst layer",
		number.Count(best.Layers, "layer"), number.Count(len(r.Problems), "problem"), v.strategyName(best.Strategy), plainName(d), measured(d, best.Mean), measured(d, best.Worst))
	if len(r.Standings) > 1 && r.Standings[1].Layers > 0 {
		second := r.Standings[1]
		name := v.strategyName(second.Strategy)
		sentence += fmt.Sprintf(", against %s and %s for %s, the next", measured(d, second.Mean), measured(d, second.Worst), name)
		lower, higher := best.Layer, second.Layer
		if d.Better == runs.Higher {
			lower, higher = higher, lower
		}
		more = measures.compared(lower, higher, name)
	}
	return sentence + ".", strings.TrimSpace(more + fastest(r, v))
}

// leadTable is [rankingTable] of runs without packings.
func leadTable(r analysis.Ranking, v *view) simpleTable {
	d := r.Measure
	t := simpleTable{Header: append([]tableHead{
		{"", "place by mean " + plainName(d), true},
		{v.subject(), "", false},
		{"mean " + plainName(d), d.Meaning + "; mean over the layers", true},
		{"worst", "of any layer", true},
		{"best on", "share of the layers where no other is better, ties included", true},
	}, timeHeads(r)...)}
	for i, s := range r.Standings {
		line := []string{"–", v.strategyName(s.Strategy), "–", "–", "–"}
		if s.Layers > 0 {
			line = []string{fmt.Sprint(i + 1), v.strategyName(s.Strategy), measured(d, s.Mean), measured(d, s.Worst),
				fmt.Sprintf("%.0f %%", 100*float64(s.Best)/float64(s.Layers))}
		}
		t.Rows = append(t.Rows, append(line, meanTimes(s)...))
	}
	return t
}

package report

import (
	"fmt"
	"math"
	"strings"

	"packbench/analysis"
	"packbench/internal/number"
	"packbench/stats"
)

// answer says the outcome in a sentence, and what else belongs to it.
func answer(r analysis.Ranking, v *view) (sentence, more string) {
	if len(r.Standings) == 0 || r.Standings[0].Layers == 0 {
		return "No strategy has a result yet.", ""
	}
	if !v.packed() {
		return leadAnswer(r, v)
	}
	best := r.Standings[0]
	var b strings.Builder
	pack, than := "pack", "the lower bound"
	if v.replayed() {
		pack, than = "GPU", "the mean load"
	}
	sentence = fmt.Sprintf("Over %s of %s, %s comes closest to balance: its heaviest %s is %s above %s on average and %s in the worst layer",
		number.Count(best.Layers, "layer"), number.Count(len(r.Problems), "problem"), v.strategyName(best.Strategy), pack, number.Percent(best.Mean), than, number.Percent(best.Worst))
	if len(r.Standings) > 1 && r.Standings[1].Layers > 0 {
		second := r.Standings[1]
		sentence += fmt.Sprintf(", against %s and %s for %s, the next", number.Percent(second.Mean), number.Percent(second.Worst), v.strategyName(second.Strategy))
		if !v.replayed() { // whose windows depend on each other
			b.WriteString(imbalances.compared(best.Layer, second.Layer, v.strategyName(second.Strategy)))
		}
	}
	b.WriteString(fastest(r, v))
	if len(r.Rails) > 0 {
		names := make([]string, len(r.Rails))
		for i, s := range r.Rails {
			names[i] = v.strategyName(s)
		}
		fmt.Fprintf(&b, " Not ranked: %s, which know what no planner can; the figures have them as limits.", strings.Join(names, " and "))
	}
	return sentence + ".", strings.TrimSpace(b.String())
}

// fastest says how long the first of the ranking takes on each backend.
func fastest(r analysis.Ranking, v *view) string {
	best := r.Standings[0]
	var b strings.Builder
	for i, backend := range r.Backends {
		fastest := -1
		for j, s := range r.Standings {
			if !math.IsNaN(s.Times[i]) && (fastest < 0 || s.Times[i] < r.Standings[fastest].Times[i]) {
				fastest = j
			}
		}
		if fastest < 0 || math.IsNaN(best.Times[i]) {
			continue
		}
		fmt.Fprintf(&b, " On %s %s takes %s", backend, v.worded("a run"), number.Duration(best.Times[i]))
		if f := r.Standings[fastest]; fastest != 0 {
			fmt.Fprintf(&b, ", %s times as long as %s, the fastest", number.Significant(best.Times[i]/f.Times[i], 2), v.strategyName(f.Strategy))
		} else {
			b.WriteString(" and is the fastest")
		}
		b.WriteString(".")
	}
	return b.String()
}

// wording is how two are compared by a measure.
type wording struct{ better, worse, same, alike string }

var (
	imbalances = wording{"leaves less imbalance", "more", "the same", "leave the same imbalance"}
	measures   = wording{"is better", "worse", "equal", "are equal"}
)

// compared says on how many layers the first of two has the lower value, which is
// better, and whether that could be chance. name is the second's.
func (w wording) compared(first, second []float64, name string) string {
	pairs, err := stats.SignedRank(first, second)
	if err != nil {
		return ""
	}
	if pairs.Ties == len(first) {
		return " Both " + w.alike + " on every layer."
	}
	return fmt.Sprintf(" It %s than %s on %s, %s on %d and %s on %d (Wilcoxon signed-rank test of the pairs: p %s).",
		w.better, name, number.Count(pairs.Wins, "layer"), w.worse, pairs.Losses, w.same, pairs.Ties, number.P(pairs.P))
}

// note says which problems do not count.
func note(r analysis.Ranking, v *view) string {
	if len(r.Skipped) == 0 {
		return ""
	}
	var names []string
	for _, p := range r.Skipped {
		names = append(names, v.problemName(p))
	}
	return "Left out, because not every " + v.subject() + " has a result there: " + strings.Join(names, ", ") + "."
}

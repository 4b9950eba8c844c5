package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"packbench/internal/number"
	"packbench/stats"
)

// ranking orders the strategies by their mean gap to the lower bound, over the
// problems that all of them have a result for. Unlike the imbalance the gap
// is not ruled by layers that no packing can balance.
type ranking struct {
	problems  []problem  // that count
	skipped   []problem  // where some strategy has no result
	backends  []string   // that have times, in the order of the plan
	standings []standing // best first; strategies without any result are last
}

// standing is the place of a strategy in a ranking.
type standing struct {
	strategy string
	layers   int       // that count; 0 without a result
	best     int       // layers where no strategy leaves less imbalance
	gap      float64   // mean over the layers of the gap to the lower bound
	worstGap float64   // the largest of them
	relative float64   // median over the layers of imbalance over the mean load of a pack
	all      []float64 // that of every layer, in the same order for all strategies
	times    []float64 // geometric mean of the median times over the problems, ns, by backend; NaN where one is missing
	trouble  string
}

func (v *view) rank() ranking {
	r := ranking{backends: v.present()}
	has := func(p problem, s string) bool {
		q := v.quality(p, s)
		return q != nil && len(q.layers()) > 0
	}
	var ranked []string
	for _, s := range v.strategies {
		if slices.ContainsFunc(v.problems, func(p problem) bool { return has(p, s) }) {
			ranked = append(ranked, s)
		}
	}
	for _, p := range v.problems {
		if slices.ContainsFunc(ranked, func(s string) bool { return !has(p, s) }) {
			r.skipped = append(r.skipped, p)
		} else {
			r.problems = append(r.problems, p)
		}
	}
	for _, s := range v.strategies {
		r.standings = append(r.standings, v.standing(s, r))
	}
	v.countBest(&r)
	slices.SortStableFunc(r.standings, func(a, b standing) int {
		return cmp.Or(cmp.Compare(min(1, b.layers), min(1, a.layers)), cmp.Compare(a.gap, b.gap), cmp.Compare(a.relative, b.relative))
	})
	return r
}

func (v *view) standing(strategy string, r ranking) standing {
	s := standing{strategy: strategy}
	for _, p := range r.problems {
		q := v.quality(p, strategy)
		if q == nil {
			continue
		}
		if t := q.trouble(); t != "" && s.trouble == "" {
			s.trouble = t
		}
		for _, i := range q.layers() {
			s.layers++
			s.all = append(s.all, i.relative)
			s.gap += i.gap
			s.worstGap = max(s.worstGap, i.gap)
		}
	}
	if s.layers > 0 {
		s.gap /= float64(s.layers)
		s.relative = median(s.all)
	}
	for _, b := range r.backends {
		logs := 0.0
		for _, p := range r.problems {
			median := math.NaN()
			if q := v.result(p, strategy, b); q != nil && len(q.times()) > 0 {
				median = medianInterval(q.times()).Center
			}
			logs += math.Log(median)
		}
		s.times = append(s.times, math.Exp(logs/float64(len(r.problems))))
	}
	return s
}

// countBest counts for each strategy the layers where it leaves the least
// imbalance, ties for all who tie.
func (v *view) countBest(r *ranking) {
	for _, p := range r.problems {
		layers := make([][]instance, len(r.standings))
		for i, s := range r.standings {
			if q := v.quality(p, s.strategy); q != nil {
				layers[i] = q.layers()
			}
		}
		least := map[[2]uint64]float64{}
		for _, all := range layers {
			for _, x := range all {
				if l, ok := least[x.key()]; !ok || x.imbalance < l {
					least[x.key()] = x.imbalance
				}
			}
		}
		for i, all := range layers {
			for _, x := range all {
				if x.imbalance == least[x.key()] {
					r.standings[i].best++
				}
			}
		}
	}
}

// answer says the outcome in a sentence, and what else belongs to it.
func (r ranking) answer(v *view) (sentence, more string) {
	if len(r.standings) == 0 || r.standings[0].layers == 0 {
		return "No strategy has a result yet.", ""
	}
	best := r.standings[0]
	var b strings.Builder
	sentence = fmt.Sprintf("Over %s of %s, %s comes closest to balance: its heaviest pack is %s above the lower bound on average and %s in the worst layer",
		number.Count(best.layers, "layer"), number.Count(len(r.problems), "problem"), v.strategyName(best.strategy), number.Percent(best.gap), number.Percent(best.worstGap))
	if len(r.standings) > 1 && r.standings[1].layers > 0 {
		second := r.standings[1]
		sentence += fmt.Sprintf(", against %s and %s for %s, the next", number.Percent(second.gap), number.Percent(second.worstGap), v.strategyName(second.strategy))
		b.WriteString(compared(best, second, v.strategyName(second.strategy)))
	}
	for i, backend := range r.backends {
		fastest := -1
		for j, s := range r.standings {
			if !math.IsNaN(s.times[i]) && (fastest < 0 || s.times[i] < r.standings[fastest].times[i]) {
				fastest = j
			}
		}
		if fastest < 0 || math.IsNaN(best.times[i]) {
			continue
		}
		fmt.Fprintf(&b, " On %s a run takes %s", backend, number.Duration(best.times[i]))
		if f := r.standings[fastest]; fastest != 0 {
			fmt.Fprintf(&b, ", %s times as long as %s, the fastest", number.Significant(best.times[i]/f.times[i], 2), v.strategyName(f.strategy))
		} else {
			b.WriteString(" and is the fastest")
		}
		b.WriteString(".")
	}
	return sentence + ".", strings.TrimSpace(b.String())
}

// compared says on how many layers the first of two strategies leaves less
// imbalance, and whether that could be chance.
func compared(a, b standing, name string) string {
	pairs, err := stats.SignedRank(a.all, b.all)
	if err != nil {
		return ""
	}
	if pairs.Ties == len(a.all) {
		return " Both leave the same imbalance on every layer."
	}
	return fmt.Sprintf(" It leaves less imbalance than %s on %s, more on %d and the same on %d (Wilcoxon signed-rank test of the pairs: p %s).",
		name, number.Count(pairs.Wins, "layer"), pairs.Losses, pairs.Ties, number.P(pairs.P))
}

// note says which problems do not count.
func (r ranking) note(v *view) string {
	if len(r.skipped) == 0 {
		return ""
	}
	var names []string
	for _, p := range r.skipped {
		names = append(names, v.problemName(p))
	}
	return "Left out, because not every strategy has a result there: " + strings.Join(names, ", ") + "."
}

package analysis

import (
	"cmp"
	"math"
	"slices"

	"packbench/replay"
	"packbench/runs"
)

// Ranking orders the strategies by the mean of a measure, over the problems that
// all of them have a result for. Of packings that is the gap to the lower bound:
// unlike the imbalance, it is not dominated by layers that no packing can
// balance.
type Ranking struct {
	Measure   runs.Measure // see [Leading]
	Problems  []*Problem   // that count
	Skipped   []*Problem   // where some strategy has no result
	Backends  []string     // that have times, in the order of the plan
	Standings []Standing   // best first; strategies without any result are last
	Rails     []string     // strategies that are not ranked: see [Result.Rail]
}

// Standing is the place of a strategy in a ranking. Layers are those that are
// not idle, of all problems that count.
type Standing struct {
	Strategy string
	Layers   int       // that count; 0 without a result
	Best     int       // layers where no strategy is better, ties included: by imbalance or, without packings, by the measure
	Mean     float64   // of the ranking's measure over the layers
	Worst    float64   // the worst of them
	Relative float64   // median over the layers of imbalance over the mean load of a pack; NaN without packings
	Layer    []float64 // that of every layer or, without packings, the measure; in the same order for all strategies
	Proof    Proof
	Times    []float64 // geometric mean of the median times over the problems, ns, by backend; NaN where one is missing
	Trouble  string    // the first, "" where there is none
}

// Rail reports whether a result of a replay is one that no planner can have; see
// [replay.Rail].
func (r *Result) Rail() bool { return replay.Rail(r.Cells[0].Get(runs.PlannerAxis)) }

// contenders tells the strategies that are compared with each other from rails.
func (r *Results) contenders() (contenders, rails []string) {
	for _, s := range r.Strategies {
		if slices.ContainsFunc(r.Problems, func(p *Problem) bool {
			answer := r.Answer(p, s)
			return answer != nil && answer.Rail()
		}) {
			rails = append(rails, s)
		} else {
			contenders = append(contenders, s)
		}
	}
	return contenders, rails
}

// Rank ranks the strategies of the run, but for rails.
func (r *Results) Rank() Ranking {
	ranking := Ranking{Measure: Leading(&r.Run.Manifest), Backends: r.Present()}
	has := func(p *Problem, s string) bool {
		answer := r.Answer(p, s)
		return answer != nil && len(answer.Instances()) > 0
	}
	var contenders, ranked []string
	contenders, ranking.Rails = r.contenders()
	for _, s := range contenders {
		if slices.ContainsFunc(r.Problems, func(p *Problem) bool { return has(p, s) }) {
			ranked = append(ranked, s)
		}
	}
	for _, p := range r.Problems {
		if slices.ContainsFunc(ranked, func(s string) bool { return !has(p, s) }) {
			ranking.Skipped = append(ranking.Skipped, p)
		} else {
			ranking.Problems = append(ranking.Problems, p)
		}
	}
	for _, s := range contenders {
		ranking.Standings = append(ranking.Standings, r.standing(s, &ranking))
	}
	r.countBest(&ranking)
	slices.SortStableFunc(ranking.Standings, func(a, b Standing) int {
		return cmp.Or(cmp.Compare(min(1, b.Layers), min(1, a.Layers)), ranking.compare(a.Mean, b.Mean), cmp.Compare(a.Relative, b.Relative))
	})
	return ranking
}

func (r *Results) standing(strategy string, ranking *Ranking) Standing {
	s := Standing{Strategy: strategy}
	var values []float64
	packed := Packed(&r.Run.Manifest)
	for _, p := range ranking.Problems {
		answer := r.Answer(p, strategy)
		if answer == nil {
			continue
		}
		if t := answer.Trouble(); t != "" && s.Trouble == "" {
			s.Trouble = t
		}
		values = append(values, answer.Values(ranking.Measure.Name)...)
		if packed {
			s.Layer = append(s.Layer, answer.Values(RelativeImbalance)...)
		}
		p := answer.Proof()
		s.Proof.Proven, s.Proof.Of, s.Proof.Tried = s.Proof.Proven+p.Proven, s.Proof.Of+p.Of, s.Proof.Tried || p.Tried
	}
	if s.Layers = len(values); s.Layers > 0 {
		s.Mean, s.Worst, s.Relative = Mean(values), Describe(values, ranking.Measure.Better).Worst, math.NaN()
		if packed {
			s.Relative = Median(s.Layer)
		} else {
			s.Layer = values
		}
	}
	for _, b := range ranking.Backends {
		logs := 0.0
		for _, p := range ranking.Problems {
			median := math.NaN()
			if result := r.Result(p, strategy, b); result != nil {
				median = result.Time().Center
			}
			logs += math.Log(median)
		}
		s.Times = append(s.Times, math.Exp(logs/float64(len(ranking.Problems))))
	}
	return s
}

// compare orders two values of the measure, the better one first.
func (r *Ranking) compare(a, b float64) int {
	if r.Measure.Better == runs.Higher {
		a, b = b, a
	}
	return cmp.Compare(a, b)
}

// countBest counts for each strategy the layers where it leaves the smallest
// imbalance or, without packings, has the best of the measure; ties for all who
// tie.
func (r *Results) countBest(ranking *Ranking) {
	type layer struct {
		problem *Problem
		key     [2]uint64
	}
	packed := Packed(&r.Run.Manifest)
	least := map[layer]float64{}
	each := func(visit func(standing int, at layer, value float64)) {
		for _, p := range ranking.Problems {
			for i := range ranking.Standings {
				answer := r.Answer(p, ranking.Standings[i].Strategy)
				if answer == nil {
					continue
				}
				for _, x := range answer.Instances() {
					value := x.Imbalance
					switch {
					case packed:
					case ranking.Measure.Better == runs.Higher:
						value = -x.Lead
					default:
						value = x.Lead
					}
					visit(i, layer{p, x.Key()}, value)
				}
			}
		}
	}
	each(func(_ int, at layer, value float64) {
		if v, ok := least[at]; !ok || value < v {
			least[at] = value
		}
	})
	each(func(i int, at layer, value float64) {
		if value == least[at] {
			ranking.Standings[i].Best++
		}
	})
}

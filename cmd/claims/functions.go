package main

import (
	"fmt"
	"math"
	"time"

	"packbench/analysis"
	"packbench/compare"
	"packbench/runs"
	"packbench/stats"
)

// function returns what expressions can call under a name, nil where there is
// nothing. RUN is a directory under
// results/reference, or beside it as "../h100/seed", STRATEGY and BASELINE are specs or labels; WORKLOAD and
// PACKS, which may be left out, choose among the problems of the run.
//
//	gap(RUN, STRATEGY, WORKLOAD, PACKS)       mean gap to the lower bound over layers
//	above(RUN, STRATEGY, WORKLOAD, PACKS)     mean gap above the proven optimum, where that is known
//	known(RUN, STRATEGY, WORKLOAD, PACKS)     layers whose optimum is known
//	proven(RUN, STRATEGY, WORKLOAD, PACKS)    layers that the strategy packed optimally, as was proved
//	within(RUN, SHARE, STRATEGY, WORKLOAD, PACKS)  layers with a gap of at most SHARE
//	layers(RUN, STRATEGY, WORKLOAD, PACKS)    layers that count
//	time(RUN, STRATEGY, WORKLOAD, PACKS)      median time of a run, ns; of several problems the geometric mean
//	timeOn(RUN, BACKEND, STRATEGY, WORKLOAD, PACKS)   the same of a backend; time takes the first
//	slower(RUN, STRATEGY, BASELINE, WORKLOAD, PACKS)  ratio of the times
//	minGap, maxGap(RUN, STRATEGY)             the smallest and the largest mean gap of any problem
//	minSlower, maxSlower(RUN, STRATEGY, BASELINE)     likewise of the ratio of the times
//	strategies(RUN), problems(RUN), took(RUN) counts; ns from the first run to the last
//	better, same, worse(RUN, STRATEGY, BASELINE, WORKLOAD)  layers, by imbalance; those with equal loads once
//	betterBy, sameBy, worseBy(RUN, STRATEGY, BASELINE, MEASURE, WORKLOAD)
//	change(RUN, STRATEGY, BASELINE, MEASURE, WORKLOAD)      ratio of the means over layers, less 1; of several workloads the geometric mean
//	min(X, …), max(X, …)
//	measured(FILE, KEY)                       a number of a file of measurements, times in ns: "speed.json"
//	commits(RUN, …)                           how many commits the runs were recorded at
//
// These make tables:
//
//	gaps(RUN, STRATEGY, …)                    mean gap of each strategy on each problem
//	frontier(RUN, STRATEGY, …)                mean gap and time per layer, µs
//	optima(RUN, STRATEGY, …)                  mean gap above the bound and above the proven optimum
//	versus(RUN, STRATEGY, BASELINE)           change of imbalance by workload
//	power(FILE)                               what make power counted
func function(name string) func(*records, *arguments) any {
	switch name {
	case "gap":
		return overLayers(analysis.Gap)
	case "above":
		return overLayers(analysis.AboveOptimum)
	case "known":
		return count(func(r *analysis.Result) int { return len(r.Values(analysis.AboveOptimum)) })
	case "proven":
		return count(func(r *analysis.Result) int { return r.Proof().Proven })
	case "layers":
		return count(func(r *analysis.Result) int { return len(r.Instances()) })
	case "within":
		return within
	case "minGap":
		return perProblem(math.Min, gapOf)
	case "maxGap":
		return perProblem(math.Max, gapOf)
	case "minSlower":
		return perProblem(math.Min, nil)
	case "maxSlower":
		return perProblem(math.Max, nil)
	case "time":
		return timeOf
	case "timeOn":
		return timeOnBackend
	case "slower":
		return slower
	case "strategies":
		return ofRun(func(r *analysis.Results) quantity { return quantity{value: float64(len(r.Strategies))} })
	case "problems":
		return ofRun(func(r *analysis.Results) quantity { return quantity{value: float64(len(r.Problems))} })
	case "took":
		return ofRun(took)
	case "better":
		return against(false, func(p stats.Pairs) int { return p.Wins })
	case "betterBy":
		return against(true, func(p stats.Pairs) int { return p.Wins })
	case "same":
		return against(false, func(p stats.Pairs) int { return p.Ties })
	case "sameBy":
		return against(true, func(p stats.Pairs) int { return p.Ties })
	case "worse":
		return against(false, func(p stats.Pairs) int { return p.Losses })
	case "worseBy":
		return against(true, func(p stats.Pairs) int { return p.Losses })
	case "change":
		return change
	case "min":
		return extreme(math.Min)
	case "max":
		return extreme(math.Max)
	case "measured":
		return measured
	case "commits":
		return commits
	case "gaps":
		return gapTable
	case "frontier":
		return frontierTable
	case "optima":
		return optimumTable
	case "versus":
		return versusTable
	case "power":
		return powerTable
	}
	return nil
}

// chosen takes RUN and what follows it.
func (r *records) chosen(a *arguments) (results *analysis.Results, list []*analysis.Result) {
	results, err := r.run(a.text())
	if err != nil {
		a.fail("%w", err)
		return nil, nil
	}
	return results, r.results(results, "", a)
}

// results takes STRATEGY, WORKLOAD and PACKS. The results are the backend's, of "" the
// first's that has any.
func (r *records) results(results *analysis.Results, backend string, a *arguments) []*analysis.Result {
	strategy, err := strategyOf(results, a.text())
	if err != nil {
		a.fail("%w", err)
		return nil
	}
	return r.on(results, strategy, backend, a)
}

// on takes WORKLOAD and PACKS.
func (r *records) on(results *analysis.Results, strategy, backend string, a *arguments) []*analysis.Result {
	workload, packs := "", 0
	if a.more() {
		workload = a.text()
	}
	if a.more() {
		packs = int(a.number().value)
	}
	if a.more() {
		a.fail("%v is too many", a.list[0])
	}
	problems, err := problemsOf(results, workload, packs)
	if err != nil {
		a.fail("%w", err)
		return nil
	}
	list, err := answers(results, strategy, backend, problems)
	if err != nil {
		a.fail("%w", err)
	}
	return list
}

func overLayers(measure string) func(*records, *arguments) any {
	return func(r *records, a *arguments) any {
		var values []float64
		_, list := r.chosen(a)
		for _, result := range list {
			values = append(values, result.Values(measure)...)
		}
		return quantity{value: analysis.Mean(values)}
	}
}

func count(of func(*analysis.Result) int) func(*records, *arguments) any {
	return func(r *records, a *arguments) any {
		n := 0
		_, list := r.chosen(a)
		for _, result := range list {
			n += of(result)
		}
		return quantity{value: float64(n)}
	}
}

func within(r *records, a *arguments) any {
	results, err := r.run(a.text())
	if err != nil {
		a.fail("%w", err)
		return nil
	}
	share, n := a.number().value, 0
	for _, result := range r.results(results, "", a) {
		for _, gap := range result.Values(analysis.Gap) {
			if gap <= share {
				n++
			}
		}
	}
	return quantity{value: float64(n)}
}

// mean is the geometric mean of the median times.
func mean(list []*analysis.Result) float64 {
	logs := 0.0
	for _, result := range list {
		logs += math.Log(result.Time().Center)
	}
	return math.Exp(logs / float64(len(list)))
}

func timeOf(r *records, a *arguments) any {
	_, list := r.chosen(a)
	return quantity{mean(list), true}
}

func timeOnBackend(r *records, a *arguments) any {
	results, err := r.run(a.text())
	if err != nil {
		a.fail("%w", err)
		return nil
	}
	return quantity{mean(r.results(results, a.text(), a)), true}
}

func slower(r *records, a *arguments) any {
	results, err := r.run(a.text())
	if err != nil {
		a.fail("%w", err)
		return nil
	}
	strategy, err := strategyOf(results, a.text())
	if err != nil {
		a.fail("%w", err)
		return nil
	}
	baseline, err := strategyOf(results, a.text())
	if err != nil {
		a.fail("%w", err)
		return nil
	}
	again := *a
	x, y := r.on(results, strategy, "", a), r.on(results, baseline, "", &again)
	return quantity{mean(x) / mean(y), true}
}

func gapOf(r *analysis.Result) float64 { return analysis.Mean(r.Values(analysis.Gap)) }

// perProblem takes RUN and STRATEGY, without a function also BASELINE, and
// returns the min or max value of any problem.
func perProblem(pick func(x, y float64) float64, of func(*analysis.Result) float64) func(*records, *arguments) any {
	return func(r *records, a *arguments) any {
		results, list := r.chosen(&arguments{name: a.name, list: []any{a.text(), a.text()}})
		if list == nil {
			a.fail("no such run or strategy")
			return nil
		}
		value := of
		if of == nil {
			baseline, err := strategyOf(results, a.text())
			if err != nil {
				a.fail("%w", err)
				return nil
			}
			value = func(x *analysis.Result) float64 {
				return x.Time().Center / results.Answer(x.Problem, baseline).Time().Center
			}
		}
		q := quantity{value(list[0]), of == nil}
		for _, x := range list[1:] {
			q.value = pick(q.value, value(x))
		}
		return q
	}
}

func ofRun(of func(*analysis.Results) quantity) func(*records, *arguments) any {
	return func(r *records, a *arguments) any {
		results, err := r.run(a.text())
		if err != nil {
			a.fail("%w", err)
			return nil
		}
		return of(results)
	}
}

// took is the time from the beginning of the first run that counts to the end of
// the last.
func took(r *analysis.Results) quantity {
	var first, last time.Time
	for _, record := range r.Run.Records {
		if first.IsZero() || record.Start.Before(first) {
			first = record.Start
		}
		if end := record.Start.Add(time.Duration(record.Time())); end.After(last) {
			last = end
		}
	}
	return quantity{float64(last.Sub(first)), true}
}

// against takes RUN, STRATEGY, BASELINE, with named a MEASURE, and WORKLOAD, and
// adds up over the cells.
func against(named bool, of func(stats.Pairs) int) func(*records, *arguments) any {
	return func(r *records, a *arguments) any {
		n := 0
		run, strategy, baseline, measure := a.text(), a.text(), a.text(), runs.ImbalanceMeasure
		if named {
			measure = a.text()
		}
		for _, cell := range r.compared(run, strategy, baseline, a) {
			if result := cell.Result(measure); result != nil && result.Layers != nil {
				n += of(result.Layers.Pairs)
			}
		}
		return quantity{value: float64(n)}
	}
}

// compared returns the cells of a strategy against a baseline; it takes WORKLOAD.
func (r *records) compared(run, strategy, baseline string, a *arguments) []*compare.Cell {
	workload := ""
	if a.more() {
		workload = canonical(a.text())
	}
	if a.err != nil {
		return nil
	}
	c, err := r.versus(run, baseline)
	if err != nil {
		a.fail("%w", err)
		return nil
	}
	canonical, err := strategyOf(r.runs[run], strategy)
	if err != nil {
		a.fail("%w", err)
		return nil
	}
	var list []*compare.Cell
	for i := range c.Cells {
		cell := &c.Cells[i]
		if cell.Strategy() == canonical && cell.Status == compare.Compared && (workload == "" || cell.Workload() == workload) {
			list = append(list, cell)
		}
	}
	if list == nil {
		a.fail("%s on %q: %w", strategy, workload, errNothing)
	}
	return list
}

func change(r *records, a *arguments) any {
	run, strategy, baseline, measure := a.text(), a.text(), a.text(), a.text()
	logs, n := 0.0, 0
	for _, cell := range r.compared(run, strategy, baseline, a) {
		result := cell.Result(measure)
		if result == nil || result.Layers == nil {
			a.fail("%s is not a measure of layers that is compared", measure)
			return nil
		}
		logs += math.Log(float64(result.Layers.Ratio))
		n++
	}
	return quantity{value: math.Exp(logs/float64(n)) - 1}
}

func extreme(of func(x, y float64) float64) func(*records, *arguments) any {
	return func(_ *records, a *arguments) any {
		q := a.number()
		for a.more() {
			x := a.number()
			q.value, q.time = of(q.value, x.value), q.time || x.time
		}
		return q
	}
}

func measured(r *records, a *arguments) any {
	file, key := a.text(), a.text()
	v, err := r.measured(file, key)
	if err != nil {
		a.fail("%w", err)
	}
	return quantity{v, true}
}

func commits(r *records, a *arguments) any {
	seen := map[string]bool{}
	for a.more() {
		results, err := r.run(a.text())
		if err != nil {
			a.fail("%w", err)
			return nil
		}
		for _, e := range results.Run.Manifest.Environments {
			seen[fmt.Sprint(e.Commit, e.Dirty)] = true
		}
	}
	return quantity{value: float64(len(seen))}
}

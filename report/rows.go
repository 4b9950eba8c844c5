package report

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"packbench/analysis"
	"packbench/internal/number"
	"packbench/runs"
)

// row is a result as tables show it.
type row struct {
	workload string
	shape    string // layers×items×packs
	strategy string
	backend  string
	machine  string // numbers of environments; "" where there is one
	trouble  string // why there is no result, or not of every seed
	idle     int    // layers without load, which do not count
	layers   int    // that count
	proven   int    // of those: no packing has a smaller maximum
	proves   bool   // any strategy of the run proves that, so that it is told
	// Over the layers that count; NaN without a result.
	imbalance, worst, maxOverMean, gap, worstGap float64
	// The mean above the proven optimum, over the layers where that is known.
	above float64
	known int

	worstAt, worstGapAt string // "layer 3"

	// further are the distributions of the measures of [view.further], over the
	// layers that count or over the runs.
	further []analysis.Over
	// Of a run; n is 0 without a result.
	time analysis.Times
}

// rows returns a row per result, in the order of the plan; backends that could
// not run at all have one row at the end.
func (v *view) rows() []row {
	var rows []row
	proves := v.proves()
	for _, p := range v.Problems {
		for _, s := range v.Strategies {
			for _, b := range v.Backends {
				if r := v.Result(p, s, b); r != nil && v.Missing(b) == "" {
					row := v.row(r)
					row.proves = proves
					rows = append(rows, row)
				}
			}
		}
	}
	for _, b := range v.Backends {
		if reason := v.Missing(b); reason != "" {
			none := math.NaN()
			nowhere := slices.Repeat([]analysis.Over{analysis.Describe(nil, runs.Neither)}, len(v.further()))
			rows = append(rows, row{workload: "all", strategy: "all", backend: b, trouble: reason,
				imbalance: none, worst: none, maxOverMean: none, gap: none, worstGap: none, above: none, further: nowhere})
		}
	}
	return rows
}

// proves says whether any strategy of the run recorded proofs.
func (v *view) proves() bool {
	for _, c := range v.Run.Cells() {
		if c.Layer(runs.OptimalMeasure) != nil {
			return true
		}
	}
	return false
}

func (v *view) row(r *analysis.Result) row {
	all := r.Instances()
	imbalance := analysis.Describe(analysis.Column(all, imbalanceOf), runs.Lower)
	gap := analysis.Describe(analysis.Column(all, gapOf), runs.Lower)
	out := row{
		workload: v.problemName(r.Problem), shape: r.Problem.ShortShape(),
		strategy: v.strategyName(r.Strategy), backend: r.Backend, trouble: r.Trouble(), layers: len(all), idle: r.Idle(), proven: r.Proof().Proven,
		imbalance: imbalance.Median, worst: imbalance.Worst, gap: gap.Median, worstGap: gap.Worst,
		maxOverMean: analysis.Describe(r.Values(analysis.MaxOverMean), runs.Lower).Median,
		time:        r.Time(),
		machine:     v.machine(v.machines(), r),
	}
	if imbalance.At >= 0 {
		out.worstAt, out.worstGapAt = v.where(all[imbalance.At]), v.where(all[gap.At])
	}
	above := r.Values(analysis.AboveOptimum)
	out.above, out.known = analysis.Mean(above), len(above)
	for _, m := range v.further() {
		values := r.Runs(m.Name)
		if m.Scope == runs.PerLayer {
			values = r.Values(m.Name)
		}
		out.further = append(out.further, analysis.Describe(values, m.Better))
	}
	return out
}

func imbalanceOf(i analysis.Instance) float64 { return i.Imbalance }
func gapOf(i analysis.Instance) float64       { return i.Gap }

// further returns the recorded measures that have no column of their own.
func (v *view) further() []runs.Measure {
	m := &v.Run.Manifest
	return slices.DeleteFunc(append(analysis.Judged(m, runs.PerLayer), analysis.Judged(m, runs.PerRun)...), func(d runs.Measure) bool {
		known := []string{runs.TimeMeasure, runs.ImbalanceMeasure, runs.MaxMeasure, runs.MinMeasure, runs.GPUMaxMeasure,
			analysis.MaxOverMean, analysis.Balancedness, analysis.Gap, analysis.RelativeImbalance, analysis.AboveOptimum}
		return slices.Contains(known, d.Name)
	})
}

// name says which result it is: "uniform, lpt on cpu".
func (r row) name() string {
	if r.strategy == "all" {
		return "everything on " + r.backend
	}
	return r.workload + ", " + r.strategy + " on " + r.backend
}

// proof is "2 of 3".
func (r row) proof() string {
	if r.layers == 0 {
		return "–"
	}
	return fmt.Sprintf("%d of %d", r.proven, r.layers)
}

// aboveOptimum is "0.05 % (43 of 58)".
func (r row) aboveOptimum() string {
	if r.known == 0 {
		return "–"
	}
	return fmt.Sprintf("%s (%d of %d)", number.Percent(r.above), r.known, r.layers)
}

// remark is what else to know of a result.
func (r row) remark() string {
	if r.idle == 0 {
		return r.trouble
	}
	return join(r.trouble, number.Count(r.idle, "idle layer")+" left out")
}

// Ids of the columns that a format treats in its own way.
const (
	workloadField = "workload"
	shapeField    = "shape"
	backendField  = "backend"
	provenField   = "proven"
	aboveField    = "above_optimum"
	machineField  = "machine"
	timeField     = "time_ns"
	intervalField = "interval"
	remarkField   = "remark"
)

// field is a column of the tables, in whatever format they are written.
type field struct {
	id    string // also its name in CSV
	title string // with the statistic that the number is
	unit  string // of value, where it is a number
	help  string // one line
	text  func(row) string
	value func(row) float64 // for sorting and for CSV; nil for texts
	where func(row) string  // the layer that the value is of; nil where it is of all
	wide  bool              // left out where lines are short
}

// fields returns the columns: the usual ones, and one for each further measure
// of the run.
func (v *view) fields() []field {
	list := v.applying(usualFields())
	at := len(list) - 1 // the remark stands last
	if !v.packed() {
		at = slices.IndexFunc(list, func(f field) bool { return f.id == timeField })
	}
	rest := slices.Clone(list[at:])
	list = list[:at]
	for i, m := range v.further() {
		over := "over the layers"
		if m.Scope == runs.PerRun {
			over = "over the runs"
		}
		value := func(r row) float64 { return r.further[i].Median }
		list = append(list, field{id: m.Name, title: "median " + strings.ReplaceAll(m.Name, "_", " "), unit: m.Unit, help: m.Meaning + ", median " + over,
			value: value, text: func(r row) string {
				switch x := value(r); {
				case !v.packed() || v.replayed():
					return measured(m, x)
				case math.IsNaN(x):
					return "–"
				case m.Unit == runs.Nanoseconds:
					return number.Duration(x)
				default:
					return number.Short(x)
				}
			}, wide: v.minor(m)})
		if lead := v.lead(); m.Name == lead.Name {
			list = append(list, v.worstField(i, lead))
		}
	}
	return v.narrowed(append(list, rest...))
}

func usualFields() []field {
	quality := func(format func(float64) string, of func(row) float64) func(row) string {
		return func(r row) string {
			if v := of(r); !math.IsNaN(v) {
				return format(v)
			}
			return "–"
		}
	}
	timed := func(of func(analysis.Times) string) func(row) string {
		return func(r row) string {
			if r.time.N == 0 {
				return "–"
			}
			return of(r.time)
		}
	}
	imbalance := func(r row) float64 { return r.imbalance }
	worst := func(r row) float64 { return r.worst }
	over := func(r row) float64 { return r.maxOverMean }
	gap := func(r row) float64 { return r.gap }
	worstGap := func(r row) float64 { return r.worstGap }
	return []field{
		{id: workloadField, title: "workload", help: "where the loads come from", text: func(r row) string { return r.workload }},
		{id: shapeField, title: "shape", help: "layers × items per layer × packs", text: func(r row) string { return r.shape }},
		{id: "strategy", title: "strategy", help: "how the items are packed", text: func(r row) string { return r.strategy }},
		{id: backendField, title: "backend", help: "where the strategy ran", text: func(r row) string { return r.backend }},
		{id: "imbalance", title: "median imbalance", unit: "load", help: "load of the heaviest pack minus that of the lightest, median over the layers",
			text: quality(number.Short, imbalance), value: imbalance},
		{id: "worst_imbalance", title: "worst imbalance", unit: "load", help: "the largest imbalance of any layer",
			text: quality(number.Short, worst), value: worst, where: func(r row) string { return r.worstAt }},
		{id: "max_over_mean", title: "median max/mean", help: "load of the heaviest pack over the mean of the packs, median over the layers; 1 is perfect",
			text: quality(func(v float64) string { return number.Significant(v, 5) }, over), value: over, wide: true},
		{id: "gap", title: "median gap", unit: "1", help: "how far the heaviest pack is above the lower bound, which no packing can beat, median over the layers; 0 is optimal",
			text: quality(number.Percent, gap), value: gap},
		{id: "worst_gap", title: "worst gap", unit: "1", help: "the largest gap of any layer",
			text: quality(number.Percent, worstGap), value: worstGap, where: func(r row) string { return r.worstGapAt }, wide: true},
		{id: provenField, title: "proven", help: "layers on which no packing has a lighter heaviest pack, proven by the strategy or because it reaches the lower bound", text: row.proof},
		{id: machineField, title: "machine", help: "which of the environments below the times come from", text: func(r row) string { return r.machine }},
		{id: timeField, title: "median time", unit: "ns", help: "of one run, all layers", text: timed(func(t analysis.Times) string { return number.Duration(t.Center) }),
			value: func(r row) float64 { return orNaN(r.time, r.time.Center) }},
		{id: intervalField, title: "95 % interval", help: "exact confidence interval of the median time: of the medians of the invocations where there are several, else within this run", text: timed(interval)},
		{id: "runs", title: "runs", unit: "1", help: "how many runs were timed", text: timed(func(t analysis.Times) string { return strconv.Itoa(t.N) }),
			value: func(r row) float64 { return float64(r.time.N) }, wide: true},
		{id: aboveField, title: "mean above optimum", unit: "1", help: "how far the heaviest pack is above the lowest possible one, mean over the layers on which any strategy proved that",
			text: row.aboveOptimum, value: func(r row) float64 { return r.above }, wide: true},
		{id: remarkField, title: "remark", help: "what went wrong, and what was left out", text: row.remark, wide: true},
	}
}

func orNaN(t analysis.Times, v float64) float64 {
	if t.N == 0 {
		return math.NaN()
	}
	return v
}

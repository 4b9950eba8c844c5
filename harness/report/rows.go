package report

import (
	"cmp"
	"math"
	"slices"
	"strconv"
)

// row is a result as tables show it.
type row struct {
	workload string
	shape    string // layers×items×packs
	strategy string
	backend  string
	trouble  string // why there is no result, or not of every seed
	layers   int
	// Over the layers; NaN without a result.
	imbalance, worst, maxOverMean, gap float64
	// Of a run; n is 0 without a result.
	time interval
}

// rows returns a row per result, in the order of the plan; backends that could
// not run at all have one row at the end.
func (v *view) rows() []row {
	var rows []row
	for _, p := range v.problems {
		for _, s := range v.strategies {
			for _, b := range v.backends {
				if r := v.result(p, s, b); r != nil && v.missing(b) == "" {
					rows = append(rows, newRow(r))
				}
			}
		}
	}
	for _, b := range v.backends {
		if reason := v.missing(b); reason != "" {
			none := math.NaN()
			rows = append(rows, row{workload: "all", strategy: "all", backend: b, trouble: reason,
				imbalance: none, worst: none, maxOverMean: none, gap: none})
		}
	}
	return rows
}

func newRow(r *result) row {
	layers := r.layers()
	out := row{
		workload: r.problem.name(), shape: r.problem.size().String(),
		strategy: r.strategy, backend: r.backend, trouble: r.trouble(), layers: len(layers),
		imbalance: median(column(layers, func(i instance) float64 { return i.imbalance })),
		worst:     math.NaN(),
		gap:       median(column(layers, func(i instance) float64 { return i.gap })),
	}
	out.maxOverMean = median(column(layers, func(i instance) float64 { return i.maxOverMean }))
	if len(layers) > 0 {
		out.worst = slices.MaxFunc(layers, func(a, b instance) int { return cmp.Compare(a.imbalance, b.imbalance) }).imbalance
	}
	if times := r.times(); len(times) > 0 {
		out.time = medianInterval(times)
	}
	return out
}

// name says which result it is: "uniform, lpt on cpu".
func (r row) name() string {
	if r.strategy == "all" {
		return "everything on " + r.backend
	}
	return r.workload + ", " + r.strategy + " on " + r.backend
}

// median returns the median of values, NaN of none.
func median(values []float64) float64 {
	_, m, _ := quartiles(values)
	return m
}

// field is a column of the tables, in whatever format they are written.
type field struct {
	title string
	unit  string // of value, where it is a number
	help  string // one line
	text  func(row) string
	value func(row) float64 // for sorting and for CSV; nil for texts
	wide  bool              // left out where lines are short
}

func fields() []field {
	quality := func(format func(float64) string, of func(row) float64) func(row) string {
		return func(r row) string {
			if v := of(r); !math.IsNaN(v) {
				return format(v)
			}
			return "–"
		}
	}
	timed := func(of func(interval) string) func(row) string {
		return func(r row) string {
			if r.time.n == 0 {
				return "–"
			}
			return of(r.time)
		}
	}
	imbalance := func(r row) float64 { return r.imbalance }
	worst := func(r row) float64 { return r.worst }
	over := func(r row) float64 { return r.maxOverMean }
	gap := func(r row) float64 { return r.gap }
	return []field{
		{"workload", "", "where the loads come from", func(r row) string { return r.workload }, nil, false},
		{"shape", "", "layers × items per layer × packs", func(r row) string { return r.shape }, nil, false},
		{"strategy", "", "how the items are packed", func(r row) string { return r.strategy }, nil, false},
		{"backend", "", "where the strategy ran", func(r row) string { return r.backend }, nil, false},
		{"imbalance", "load", "load of the heaviest less that of the lightest pack, median over the layers", quality(number, imbalance), imbalance, false},
		{"worst", "load", "the largest imbalance of any layer", quality(number, worst), worst, true},
		{"max/mean", "", "load of the heaviest pack over the mean of the packs, median over the layers; 1 is perfect",
			quality(func(v float64) string { return significant(v, 5) }, over), over, true},
		{"gap", "1", "how far the heaviest pack is above a load that no packing can go below, median over the layers; 0 % is optimal", quality(percent, gap), gap, false},
		{"time", "ns", "of one run, all layers: median", timed(func(i interval) string { return duration(i.Center) }),
			func(r row) float64 { return orNaN(r.time, r.time.Center) }, false},
		{"95 % interval", "", "exact confidence interval of the median time", timed(interval.String), nil, false},
		{"runs", "1", "how many runs were timed", timed(func(i interval) string { return strconv.Itoa(i.n) }),
			func(r row) float64 { return float64(r.time.n) }, true},
		{"remark", "", "what went wrong", func(r row) string { return r.trouble }, nil, true},
	}
}

func orNaN(i interval, v float64) float64 {
	if i.n == 0 {
		return math.NaN()
	}
	return v
}

package analysis

import (
	"math"
	"slices"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"packbench/runs"
)

// packed is what a strategy reached on the layers of one seed: max, min and
// lower bound. The mean is 10, and idle layers are all zero.
type packed struct {
	strategy string
	seed     int
	layers   [][3]float64
	times    []float64 // ns, one per run; none makes the cell failed
	proven   []float64
}

// runOf makes a run of cells on one problem.
func runOf(cells ...packed) *runs.Run {
	run := &runs.Run{}
	for _, p := range cells {
		cell := runs.NewCell(
			runs.Coordinate{Axis: runs.StrategyAxis, Value: p.strategy}, runs.Coordinate{Axis: runs.WorkloadAxis, Value: "w:items=4,s=1"},
			runs.Coordinate{Axis: runs.PacksAxis, Value: "2"}, runs.Coordinate{Axis: runs.BackendAxis, Value: "cpu"},
			runs.Coordinate{Axis: runs.SeedAxis, Value: strconv.Itoa(p.seed)},
		)
		planned := runs.PlannedCell{Cell: cell, Key: cell.Key(""), Layers: len(p.layers), Items: 4}
		run.Manifest.Cells = append(run.Manifest.Cells, planned)
		layer := map[string][]float64{}
		for _, l := range p.layers {
			mean := 10.0
			if l[0] == 0 {
				mean = 0
			}
			for name, v := range map[string]float64{
				runs.ImbalanceMeasure: l[0] - l[1], runs.MaxMeasure: l[0], runs.MinMeasure: l[1], runs.MeanMeasure: mean, runs.LowerBoundMeasure: l[2],
			} {
				layer[name] = append(layer[name], v)
			}
		}
		if p.proven != nil {
			layer[runs.OptimalMeasure] = p.proven
		}
		record := runs.Record{PlannedCell: &planned}
		for i, time := range p.times {
			r := record
			r.Repeat, r.Status, r.Run = i, runs.Done, runs.NewValues(map[string]float64{runs.TimeMeasure: time})
			if i == 0 {
				r.Layer = layer
			}
			run.Records = append(run.Records, r)
		}
		if p.times == nil {
			record.Status, record.Reason = runs.Failed, "broke"
			run.Records = append(run.Records, record)
		}
	}
	return run
}

func near(a, b float64) bool { return math.Abs(a-b) <= 1e-12*max(1, math.Abs(b)) }

// TestIdleLayersDoNotCount: three idle layers beside one that is badly packed
// must not make its median 0.
func TestIdleLayersDoNotCount(t *testing.T) {
	c := Cells(runOf(packed{"lpt", 1, [][3]float64{{0, 0, 0}, {12, 8, 10}, {0, 0, 0}, {0, 0, 0}}, []float64{1}, nil}))[0]
	if c.Idle() != 3 || !slices.Equal(c.Busy(), []int{1}) {
		t.Errorf("idle %d, busy %v", c.Idle(), c.Busy())
	}
	for name, want := range map[string]float64{runs.ImbalanceMeasure: 4, Gap: .2, MaxOverMean: 1.2, Balancedness: 10. / 12, RelativeImbalance: .4} {
		if v := c.Values(name); len(v) != 1 || !near(v[0], want) {
			t.Errorf("%s: %v, want %v", name, v, want)
		}
		if every := c.Every(name); len(every) != 4 || !near(every[1], want) {
			t.Errorf("every %s: %v", name, every)
		}
	}
	if c.Values("nothing") != nil || c.Every("nothing") != nil {
		t.Error("a measure that is not there has values")
	}
}

// TestWorstLayerIsTheOneThatFails: the worst is the largest or, where higher is
// better, the smallest.
func TestWorstLayerIsTheOneThatFails(t *testing.T) {
	values := []float64{3, 9, 1, 9}
	if o := Describe(values, runs.Lower); o.Worst != 9 || o.At != 1 || o.Median != 6 || o.Mean != 5.5 || o.Layers != 4 {
		t.Errorf("lower is better: %+v", o)
	}
	if o := Describe(values, runs.Higher); o.Worst != 1 || o.At != 2 {
		t.Errorf("higher is better: %+v", o)
	}
	if o := Describe(nil, runs.Lower); !math.IsNaN(o.Median) || !math.IsNaN(o.Worst) || o.At != -1 || o.Layers != 0 {
		t.Errorf("of nothing: %+v", o)
	}
}

// TestDerivedMeasuresAgree: balancedness is the inverse of max/mean, the gap
// never negative, and everything 0 or 1 for a perfect packing.
func TestDerivedMeasuresAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		hi := rapid.Float64Range(10, 1e6).Draw(t, "max")
		bound := rapid.Float64Range(10, hi).Draw(t, "bound")
		c := Cells(runOf(packed{"lpt", 1, [][3]float64{{hi, rapid.Float64Range(0, 10).Draw(t, "min"), bound}, {10, 10, 10}}, []float64{1}, nil}))[0]
		if product := c.Every(Balancedness)[0] * c.Every(MaxOverMean)[0]; !near(product, 1) {
			t.Errorf("balancedness × max/mean = %v", product)
		}
		if c.Every(Gap)[0] < 0 || c.Every(Gap)[1] != 0 || c.Every(MaxOverMean)[1] != 1 || c.Every(RelativeImbalance)[1] != 0 {
			t.Errorf("gap %v, max/mean %v, relative %v", c.Every(Gap), c.Every(MaxOverMean), c.Every(RelativeImbalance))
		}
	})
}

// TestProofCountsClaimsAndAttainedBounds: layer 0 is claimed, layer 1 attains the
// bound, layer 2 neither, layer 3 is idle.
func TestProofCountsClaimsAndAttainedBounds(t *testing.T) {
	layers := [][3]float64{{12, 8, 11}, {10, 10, 10}, {12, 8, 10}, {0, 0, 0}}
	c := Cells(runOf(packed{"exact", 1, layers, []float64{1}, []float64{1, 0, 0, 0}}))[0]
	if p := c.Proof(); p != (Proof{Proven: 2, Of: 3, Tried: true}) {
		t.Errorf("%+v", p)
	}
	c = Cells(runOf(packed{"lpt", 1, layers, []float64{1}, nil}))[0]
	if p := c.Proof(); p != (Proof{Proven: 1, Of: 3}) {
		t.Errorf("%+v", p)
	}
}

func TestMedianOfRuns(t *testing.T) {
	if m := MedianOf([]float64{30, 10, 20}); m.Center != 20 || m.N != 3 || m.Bounded() {
		t.Errorf("three runs: %+v", m)
	}
	if m := MedianOf([]float64{1, 2, 3, 4, 5, 6, 7}); !m.Bounded() || m.Center != 4 {
		t.Errorf("seven runs: %+v", m)
	}
	if m := MedianOf(nil); m.N != 0 || !math.IsNaN(m.Center) {
		t.Errorf("no runs: %+v", m)
	}
}

func sample() *runs.Run {
	good, bad := [][3]float64{{10, 10, 10}, {11, 9, 10}}, [][3]float64{{14, 6, 10}, {11, 9, 10}}
	return runOf(
		packed{"lpt", 1, bad, []float64{100, 200}, nil}, packed{"lpt", 2, bad, []float64{100}, nil},
		packed{"descent", 2, good, []float64{1000}, nil}, packed{"descent", 1, good, []float64{3000}, nil},
		packed{"broken", 1, good, nil, nil}, packed{"broken", 2, good, nil, nil},
	)
}

func TestArrangeGathersSeeds(t *testing.T) {
	r := Arrange(sample())
	if len(r.Problems) != 1 || !slices.Equal(r.Strategies, []string{"lpt", "descent", "broken"}) || !slices.Equal(r.Backends, []string{"cpu"}) {
		t.Fatalf("%d problems, %v, %v", len(r.Problems), r.Strategies, r.Backends)
	}
	p := r.Problems[0]
	if p.Name != "w s=1" || p.Shape().String() != "2×4×2" || p.ShapeText() != "2 layers × 4 items in 2 packs" {
		t.Errorf("%q, %v, %q", p.Name, p.Shape(), p.ShapeText())
	}
	descent := r.Result(p, "descent", "cpu")
	var order []uint64
	for _, i := range descent.Instances() {
		order = append(order, i.Cell.Seed()*10+uint64(i.Layer))
	}
	if !slices.Equal(order, []uint64{10, 11, 20, 21}) {
		t.Errorf("instances by seed and layer: %v", order)
	}
	if v := descent.Values(runs.ImbalanceMeasure); !slices.Equal(v, []float64{0, 2, 0, 2}) {
		t.Errorf("imbalances %v", v)
	}
	if time := r.Result(p, "lpt", "cpu").Time(); time.Center != 100 || time.N != 3 {
		t.Errorf("%+v", time)
	}
	if trouble := r.Result(p, "broken", "cpu").Trouble(); trouble != "failed: broke" {
		t.Errorf("trouble %q", trouble)
	}
	if r.Result(p, "nothing", "cpu") != nil || r.Answer(p, "nothing") != nil {
		t.Error("a result of a strategy that was not asked for")
	}
	if r.Missing("cpu") != "" || !slices.Equal(r.Present(), []string{"cpu"}) {
		t.Error("cpu is said to be missing")
	}
	if len(r.All()) != 3 || len(r.Cells()) != 6 {
		t.Errorf("%d results, %d cells", len(r.All()), len(r.Cells()))
	}
}

func TestRankOrdersByMeanGap(t *testing.T) {
	ranking := Arrange(sample()).Rank()
	var names []string
	for _, s := range ranking.Standings {
		names = append(names, s.Strategy)
	}
	if !slices.Equal(names, []string{"descent", "lpt", "broken"}) {
		t.Fatalf("%v", names)
	}
	best := ranking.Standings[0]
	if best.Layers != 4 || best.Best != 4 || !near(best.Mean, .05) || !near(best.Times[0], 2000) {
		t.Errorf("%+v", best)
	}
	if second := ranking.Standings[1]; second.Best != 2 || !near(second.Mean, .25) {
		t.Errorf("%+v", second)
	}
	if last := ranking.Standings[2]; last.Layers != 0 || last.Trouble != "failed: broke" || !math.IsNaN(last.Times[0]) {
		t.Errorf("%+v", last)
	}
}

// TestMeasuresAreDeclaredOnce: what a manifest declares is there, judged where
// it can be better, and followed by what derives from it.
func TestMeasuresAreDeclaredOnce(t *testing.T) {
	names := func(list []runs.Measure) (names []string) {
		for _, m := range list {
			names = append(names, m.Name)
		}
		return names
	}
	m := &runs.Manifest{Measures: append(runs.MeasuresOf(nil), runs.Measure{Name: "moves", Unit: runs.Count, Better: runs.Lower, Scope: runs.PerLayer})}
	if got := names(Measures(m, runs.PerLayer)); !slices.Equal(got, []string{"imbalance", "max", "min", "mean", "lower_bound", "optimal", "loads", "moves", MaxOverMean, Balancedness, Gap, RelativeImbalance, AboveOptimum}) {
		t.Errorf("%v", got)
	}
	if got := names(Judged(m, runs.PerRun)); !slices.Equal(got, []string{"time"}) {
		t.Errorf("%v", got)
	}
	if got := names(Judged(m, runs.PerLayer)); slices.Contains(got, "mean") || !slices.Contains(got, "moves") {
		t.Errorf("%v", got)
	}
}

func TestPlainWorkloadLeavesOutWhatTheShapeTells(t *testing.T) {
	for spec, want := range map[string]string{
		"uniform:layers=58,items=288":             "uniform",
		"lognormal:sigma=0.5,layers=58,items=288": "lognormal sigma=0.5",
		"loads.npy":      "loads.npy",
		"with:colon.npy": "with:colon.npy",
	} {
		if got := PlainWorkload(spec); got != want {
			t.Errorf("%q is %q, want %q", spec, got, want)
		}
	}
}

package replay

import (
	"math"
	"testing"

	"packbench/placement"
)

// result is a replay of two windows: balance .8 with the first plan, then .9 with
// ten moves, two of them across nodes, made in 4 ms.
func result() *Result {
	score := func(ratio, slots float64) Score {
		return Score{Evaluation: placement.Evaluation{GPUs: placement.Balance{Ratio: ratio, Mean: ratio, Worst: ratio}, Slots: placement.Balance{Ratio: slots}}, MaxOverMean: 1 / ratio, sumMean: 1, sumMax: 1 / ratio, sumBest: 1}
	}
	return &Result{Layers: newLayers(1), Windows: []Window{
		{Planned: true, PlanTime: 4e6, Score: score(.8, .5)},
		{Index: 1, Planned: true, PlanTime: 4e6, Touched: 1, Moves: placement.Moves{Total: 10, AcrossNodes: 2, PerGPU: []int{6, 4}, PerLayer: []int{10}}, Score: score(.9, .3)},
	}}
}

// TestCostByHand: the prices make 1 ms of a move inside a node, 10 ms of one
// between, and 1 s of work per window.
func TestCostByHand(t *testing.T) {
	p := Prices{Step: 10e6, Iterations: 100, ExpertBytes: 1e6, Inside: 1e9, Between: 1e8}
	c := p.CostOf(result())
	imbalance := 3600 * (1/.8 - 1 + 1/.9 - 1) / 2
	moves := 3600 * (8*.001 + 2*.010) / 2
	if !close(c.Imbalance, imbalance) || !close(c.Moves, moves) || c.Planning != 0 || !close(c.Total(), imbalance+moves) {
		t.Errorf("%+v, want %v and %v", c, imbalance, moves)
	}
	p.OnPath, p.Parallel = true, true
	if c = p.CostOf(result()); !close(c.Planning, 3600*.004/2) || !close(c.Moves, moves*.6) {
		t.Errorf("%+v", c)
	}
	if price := p.MovePrice(58); !close(price, 58*.001) {
		t.Errorf("a move is worth %v", price)
	}
	// The published simulator: 60 ms, 88,080,384 B, 900 GB/s, 58 layers.
	if price := DefaultPrices().MovePrice(58); !close(price*1000, 58*88_080_384/900e9*1e3/60) {
		t.Errorf("a move is worth %v", price)
	}
}

func close(a, b float64) bool { return math.Abs(a-b) <= 1e-12*math.Abs(b) }

// TestPublishedScoresByHand: the planner took 4 ms.
func TestPublishedScoresByHand(t *testing.T) {
	r := result()
	p := DefaultPrices()
	slow := result()
	for i := range slow.Windows {
		slow.Windows[i].PlanTime = 100e6
	}
	for _, test := range []struct {
		name string
		r    *Result
		want float64
	}{
		{"adrs", r, 90*.85 + 5*.5},
		{"adrs", slow, 90*.85 + 5*.02 - 2},
		{"skydiscover", r, (.4 + .5) / 2},
		{"huawei", r, 60e6*(1/.8+1/.9)/2 + 5*88_080_384/900e9*1e9 + 4e6},
	} {
		e, err := FindEvaluator(test.name)
		if err != nil {
			t.Fatal(err)
		}
		if got := e.Of(test.r, p); !close(got, test.want) {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
	if _, err := FindEvaluator("adr"); err == nil {
		t.Error("an unknown score")
	}
}

func TestPricesMustBePositive(t *testing.T) {
	for _, change := range []func(*Prices){
		func(p *Prices) { p.Step = 0 }, func(p *Prices) { p.Iterations = -1 }, func(p *Prices) { p.Inside = math.NaN() },
		func(p *Prices) { p.Between = math.Inf(1) }, func(p *Prices) { p.ExpertBytes = -1 },
	} {
		p := DefaultPrices()
		change(&p)
		if p.Check() == nil {
			t.Errorf("%+v is allowed", p)
		}
	}
}

func TestPairedIsByWindow(t *testing.T) {
	a, b := result(), result()
	b.Windows[1].Score.GPUs.Ratio = .95
	b.Windows = b.Windows[1:]
	ratio := func(w *Window) float64 { return w.Score.GPUs.Ratio }
	if x, y := Paired(a, b, ratio); len(x) != 1 || len(y) != 1 || x[0] != .9 || y[0] != .95 {
		t.Errorf("%v and %v", x, y)
	}
	b.Windows[0].Score.GPUs.Idle = len(b.Layers.Max)
	if x, _ := Paired(a, b, ratio); len(x) != 0 {
		t.Errorf("an idle window counts: %v", x)
	}
}

// TestIdleWindowsDoNotCount: a replay with a window without load comes to the same
// as one without that window.
func TestIdleWindowsDoNotCount(t *testing.T) {
	a, b := result(), result()
	idle := Window{Index: 99}
	idle.Score.GPUs.Ratio, idle.Score.GPUs.Mean, idle.Score.GPUs.Worst, idle.Score.GPUs.Idle = 1, 1, 1, len(b.Layers.Max)
	idle.Score.Nodes.Ratio, idle.Score.Slots.Ratio = 1, 1
	b.Windows = append(b.Windows, idle)
	x, y := a.Total(), b.Total()
	if y.Windows != x.Windows+1 {
		t.Errorf("%d windows", y.Windows)
	}
	y.Windows = x.Windows
	if x != y {
		t.Errorf("%+v\n%+v", x, y)
	}
	p := DefaultPrices()
	if p.CostOf(a) != p.CostOf(b) || meanRatio(a) != meanRatio(b) {
		t.Errorf("%+v, %+v", p.CostOf(a), p.CostOf(b))
	}
	if windows, layers := b.Idle(); windows != 1 || layers != 0 {
		t.Errorf("%d idle windows and %d idle layers", windows, layers)
	}
}

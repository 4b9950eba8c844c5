package steady

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"packbench/internal/spec"
	"packbench/placement"
	"packbench/placement/forecast"
)

// drawn is a placement without two copies on a GPU, with loads and variances.
func drawn(t *rapid.T, nodes int) (*placement.Plan, *forecast.Forecast) {
	gpus := nodes * rapid.IntRange(1, 4).Draw(t, "GPUs per node")
	experts := rapid.IntRange(1, 8).Draw(t, "experts per GPU") * gpus
	perGPU := experts/gpus + rapid.IntRange(0, 2).Draw(t, "spare")
	layers := rapid.IntRange(1, 3).Draw(t, "layers")
	r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 7))
	top := placement.Topology{Experts: experts, Slots: perGPU * gpus, GPUs: gpus, Nodes: nodes, Groups: 1}
	physical := make([]int32, layers*top.Slots)
	for l := range layers {
		for g := range gpus {
			row := physical[l*top.Slots+g*perGPU:][:perGPU]
			for i := range row {
				row[i] = int32(g*(experts/gpus) + i)
				for i >= experts/gpus { // a copy of an expert that is not here
					row[i] = int32(r.IntN(experts))
					if !slices.Contains(row[:i], row[i]) || experts < perGPU {
						break
					}
				}
			}
		}
	}
	p, err := placement.FromPhysical(top, layers, physical)
	if err != nil {
		t.Fatal(err)
	}
	f := &forecast.Forecast{}
	for range layers * experts {
		m := math.Exp(r.NormFloat64())
		f.Mean, f.Variance = append(f.Mean, m), append(f.Variance, .05*m*m)
	}
	return p, f
}

// bound sums the soft maximum of the layers, each with the b that it had in the
// plan before.
func bound(before, p *placement.Plan, f *forecast.Forecast) float64 {
	sum := 0.0
	n := p.Topology.Experts
	for l := range p.Layers {
		y, z := newLayer(p.Topology, false), newLayer(p.Topology, false)
		y.begin(before.Physical(l), f.Mean[l*n:(l+1)*n], f.Variance[l*n:(l+1)*n], 0)
		z.begin(p.Physical(l), f.Mean[l*n:(l+1)*n], f.Variance[l*n:(l+1)*n], y.soft.B)
		total := 0.0
		for _, m := range f.Mean[l*n : (l+1)*n] {
			total += m
		}
		sum += total * (z.reference + math.Log(z.sum)) / z.soft.B
	}
	return sum
}

// TestImproveKeepsTheRules: the plan is sound, moves no more than it may, as
// [placement.CountMoves] counts, adds no second copy to a GPU, does not raise the
// soft maximum, and is the same for any number of threads.
func TestImproveKeepsTheRules(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		before, f := drawn(t, rapid.IntRange(1, 3).Draw(t, "nodes"))
		inNodes := rapid.Bool().Draw(t, "in nodes")
		allowed := float64(rapid.IntRange(0, 60).Draw(t, "moves"))
		hottest := rapid.IntRange(1, 3).Draw(t, "hottest")
		var first *placement.Plan
		for _, threads := range []int{1, 3} {
			m := Mover{Hottest: hottest, InNodes: inNodes}
			var p placement.Plan
			made, err := m.Improve(t.Context(), &p, before, f, allowed, threads)
			if err != nil {
				t.Fatal(err)
			}
			if err := p.Validate(); err != nil {
				t.Fatal(err)
			}
			moves, err := placement.CountMoves(before, &p, 1)
			if err != nil {
				t.Fatal(err)
			}
			if moves.Total != made || float64(made) > allowed {
				t.Fatalf("%d moves, said to be %d, allowed %v", moves.Total, made, allowed)
			}
			if inNodes && moves.AcrossNodes > 0 {
				t.Fatalf("%d moves across nodes", moves.AcrossNodes)
			}
			if p.Duplicates() > before.Duplicates() {
				t.Fatalf("%d copies share a GPU, %d before", p.Duplicates(), before.Duplicates())
			}
			if a, b := bound(before, before, f), bound(before, &p, f); b > a*(1+1e-9) {
				t.Fatalf("the soft maximum rises from %v to %v", a, b)
			}
			if first == nil {
				first = &p
			} else if !slices.Equal(first.PhysicalToLogical, p.PhysicalToLogical) {
				t.Fatal("another plan with more threads")
			}
		}
	})
}

// TestStepIsTheBestThereIs: the first step is the one of most gain per move of all
// retargets and exchanges with an end on the hottest GPU.
func TestStepIsTheBestThereIs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, f := drawn(t, 1)
		if p.Duplicates() > 0 {
			t.Skip("copies share a GPU")
		}
		top, n := p.Topology, p.Topology.Experts
		y := newLayer(top, false)
		y.begin(p.Physical(0), f.Mean[:n], f.Variance[:n], 0)
		y.weight = 1
		s, ok := y.search(1)
		h := y.hot[0]
		best := 0.0
		value := func(physical []int32) float64 {
			z := newLayer(top, false)
			z.begin(physical, f.Mean[:n], f.Variance[:n], y.soft.B)
			return (z.reference + math.Log(z.sum)) / z.soft.B
		}
		now := value(p.Physical(0))
		try := func(change func([]int32), cost float64) {
			physical := slices.Clone(p.Physical(0))
			change(physical)
			q, err := placement.FromPhysical(top, 1, physical)
			if err != nil || q.Duplicates() > 0 {
				return
			}
			best = max(best, (now-value(physical))/cost)
		}
		for x := y.offsets[h]; x < y.offsets[h+1]; x++ {
			for z := range top.Slots {
				if y.gpuOf[z] == h {
					continue
				}
				try(func(physical []int32) { physical[x], physical[z] = physical[z], physical[x] }, 2)
				try(func(physical []int32) { physical[z] = physical[x] }, 1)
			}
		}
		got := 0.0
		if ok {
			got = s.gain / float64(s.cost)
		}
		if math.Abs(got-best) > 1e-6*(1+best) && !(best < 1e-6 && !ok) {
			t.Fatalf("gain per move %v (%+v), the best is %v", got, s, best)
		}
	})
}

// TestSharpestIsNearTheLeastBound: no b is much better than the one found.
func TestSharpestIsNearTheLeastBound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 40).Draw(t, "GPUs")
		mean := rapid.SliceOfN(rapid.Float64Range(.5, 1.5), n, n).Draw(t, "means")
		variance := rapid.SliceOfN(rapid.Float64Range(1e-3, .05), n, n).Draw(t, "variances")
		s := Sharpest(mean, variance)
		got := s.Value(mean, variance)
		for x := -1.6; x <= 1.6; x += .05 {
			if other := (SoftMax{s.B * math.Exp(x)}); other.Value(mean, variance) < got-.01 {
				t.Fatalf("b %v gives %v, %v gives %v", s.B, got, other.B, other.Value(mean, variance))
			}
		}
		if got < slices.Max(mean) {
			t.Fatalf("a bound of %v below the heaviest mean %v", got, slices.Max(mean))
		}
	})
}

// TestSoftMaxBoundsTheExpectedMaximum against a simulation.
func TestSoftMaxBoundsTheExpectedMaximum(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	mean, variance := []float64{1.1, 1, .9, 1}, []float64{.01, .02, .03, .005}
	sum := 0.0
	const n = 20000
	for range n {
		most := 0.0
		for g := range mean {
			most = max(most, mean[g]+math.Sqrt(variance[g])*r.NormFloat64())
		}
		sum += most / n
	}
	if f := Sharpest(mean, variance).Value(mean, variance); f < sum || f > sum*1.1 {
		t.Errorf("bound %v, expected maximum %v", f, sum)
	}
}

// TestLayersPlannedAnewAreTakenWhole: where moves cost nothing, a better layer
// of another plan is taken, its moves are counted, and a worse one is left.
func TestLayersPlannedAnewAreTakenWhole(t *testing.T) {
	top := placement.Topology{Experts: 4, Slots: 4, GPUs: 2, Nodes: 1, Groups: 1}
	plan := func(physical ...int32) *placement.Plan {
		p, err := placement.FromPhysical(top, 2, physical)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	before := plan(0, 1, 2, 3, 0, 3, 1, 2)
	anew := plan(0, 3, 1, 2, 0, 1, 2, 3)
	f := &forecast.Forecast{Mean: []float64{4, 3, 2, 1, 4, 3, 2, 1}}
	var p placement.Plan
	m := Mover{Hottest: 2, Price: .01, Anew: anew}
	made, err := m.Improve(t.Context(), &p, before, f, 0, 1) // no moves of its own
	if err != nil {
		t.Fatal(err)
	}
	if made != 2 || !slices.Equal(p.Physical(0), []int32{0, 3, 1, 2}) || !slices.Equal(p.Physical(1), []int32{0, 3, 1, 2}) {
		t.Errorf("%d moves to %v", made, p.PhysicalToLogical)
	}
	m.Price = 10
	if made, err = m.Improve(t.Context(), &p, before, f, 0, 1); err != nil || made != 0 || !slices.Equal(p.PhysicalToLogical, before.PhysicalToLogical) {
		t.Errorf("moves that are not worth their price: %d to %v, %v", made, p.PhysicalToLogical, err)
	}
}

// TestAccountBounds: no plan moves more than the account holds.
func TestAccountBounds(t *testing.T) {
	estimator, err := forecast.Parse("last")
	if err != nil {
		t.Fatal(err)
	}
	top := placement.Topology{Experts: 24, Slots: 30, GPUs: 6, Nodes: 1, Groups: 1}
	first, err := placement.Initial(top, 4)
	if err != nil {
		t.Fatal(err)
	}
	planner := New(spec.Spec{Name: "steady"}, Planner{Estimator: estimator, Hottest: 2, Price: 1e-9, Account: Account{Share: .05, Saved: 2}})
	session := planner.Begin(1, 0)
	r := rand.New(rand.NewPCG(4, 4))
	total := 0
	previous := first
	for window := 1; window <= 8; window++ {
		loads := make([]float32, 4*24)
		for i := range loads {
			loads[i] = float32(1 + r.IntN(100))
		}
		p, _, err := session.Plan(t.Context(), &placement.Task{Topology: top, Steps: 1, Layers: 4, Loads: loads, Previous: previous})
		if err != nil {
			t.Fatal(err)
		}
		m, err := placement.CountMoves(previous, p, 1)
		if err != nil {
			t.Fatal(err)
		}
		if total += m.Total; float64(total) > .05*30*4*float64(window) {
			t.Errorf("%d moves in %d windows", total, window)
		}
		previous = p
	}
	if total < 30 {
		t.Errorf("%d moves: the account was hardly used", total)
	}
}

// TestAMoverThatHasMovedMakesTheSamePlan: how far layers look ahead of the queue,
// which a mover learns from its last plan, changes nothing.
func TestAMoverThatHasMovedMakesTheSamePlan(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		before, f := drawn(t, 2)
		used := Mover{Hottest: 2}
		for i := range 4 {
			moves := float64(rapid.IntRange(0, 20).Draw(t, "moves"))
			var a, b placement.Plan
			fresh := Mover{Hottest: 2}
			made, err := used.Improve(t.Context(), &a, before, f, moves, 2)
			if err != nil {
				t.Fatal(err)
			}
			want, err := fresh.Improve(t.Context(), &b, before, f, moves, 1)
			if err != nil {
				t.Fatal(err)
			}
			if made != want || !slices.Equal(a.PhysicalToLogical, b.PhysicalToLogical) {
				t.Fatalf("window %d: %d moves, where a fresh mover makes %d", i, made, want)
			}
			used.enough *= float64(rapid.IntRange(0, 3).Draw(t, "times"))
			for j := range f.Mean {
				f.Mean[j] *= .5 + rapid.Float64Range(0, 1).Draw(t, "drift")
			}
			before = &a
		}
	})
}

// TestReversesAreThoseOfEverySlot compares the lists of what came and left with a
// look at every slot.
func TestReversesAreThoseOfEverySlot(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		before, f := drawn(t, 2)
		n := before.Topology.Experts
		y := newLayer(before.Topology, false)
		y.begin(before.Physical(0), f.Mean[:n], f.Variance[:n], 0)
		y.weight, y.account = 1, 1e9
		for range rapid.IntRange(0, 12).Draw(t, "steps") {
			if !y.advance(3) {
				break
			}
		}
		for from := range int32(before.Topology.GPUs) {
			for to := range int32(before.Topology.GPUs) {
				if from == to {
					continue
				}
				y.reverses(&y.undone, &y.undoing, from, to)
				for i, got := range y.undone {
					e := y.physical[y.offsets[from]+i]
					if want := y.saves(e, from, to); got != want && !y.has(y.on, e, to) {
						t.Fatalf("expert %d from GPU %d to %d: %d, not %d", e, from, to, got, want)
					} else if (got > 0) != slices.Contains(y.undoing, int32(i)) {
						t.Fatalf("slot %d of %v", i, y.undoing)
					}
				}
			}
		}
	})
}

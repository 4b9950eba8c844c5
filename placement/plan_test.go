package placement_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"packbench/placement"
)

func TestTopologyErrorsNameWhatWouldBeRight(t *testing.T) {
	good := placement.Topology{Experts: 12, Slots: 16, Groups: 4, Nodes: 2, GPUs: 8}
	cases := []struct {
		name   string
		change func(*placement.Topology)
		want   string
	}{
		{"no experts", func(t *placement.Topology) { t.Experts = 0 }, "0 experts"},
		{"fewer slots than experts", func(t *placement.Topology) { t.Slots = 11 }, "use 12 or more"},
		{"huge", func(t *placement.Topology) { t.Slots = 1 << 30 }, "use at most"},
		{"no GPUs", func(t *placement.Topology) { t.GPUs = 0 }, "0 GPUs"},
		{"more GPUs than tables hold", func(t *placement.Topology) { t.Slots, t.GPUs = 1<<20, 1<<20 }, "1048576 GPUs: use at most 16384"},
		{"more GPUs than slots", func(t *placement.Topology) { t.GPUs = 17 }, "use 1 to the number of slots, 16"},
		{"more nodes than GPUs", func(t *placement.Topology) { t.Nodes = 9 }, "use 1 to the number of GPUs, 8"},
		{"no nodes", func(t *placement.Topology) { t.Nodes = 0 }, "0 nodes"},
		{"more groups than experts", func(t *placement.Topology) { t.Groups = 13 }, "use 1 to the number of experts, 12"},
		{"too few sizes", func(t *placement.Topology) { t.SlotsPerGPU = []int{16} }, "1 number for 8 GPUs"},
		{"negative size", func(t *placement.Topology) { t.SlotsPerGPU = []int{-1, 3, 2, 2, 2, 2, 3, 3} }, "GPU 0 has -1 slots"},
		{"another sum", func(t *placement.Topology) { t.SlotsPerGPU = []int{2, 2, 2, 2, 2, 2, 2, 1} }, "15 slots together, not 16"},
	}
	if err := good.Validate(); err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		top := good
		c.change(&top)
		if err := top.Validate(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q", c.name, err, c.want)
		}
	}
}

func TestLostGPUsKeepTheOthersNumbers(t *testing.T) {
	full := placement.Topology{Experts: 12, Slots: 32, Groups: 4, Nodes: 2, GPUs: 8}
	left, err := full.Lose(0, 5)
	if err != nil {
		t.Fatal(err)
	}
	if left.Slots != 24 || left.Living() != 6 || left.Capacity(5) != 0 || left.Capacity(7) != 4 {
		t.Errorf("left %+v", left)
	}
	if _, err := full.Lose(0, 1, 2, 3, 4, 5); err == nil || !strings.Contains(err.Error(), "at least 4 more slots") {
		t.Errorf("error %v", err)
	}
	if _, err := full.Lose(8); err == nil || !strings.Contains(err.Error(), "GPUs are 0 to 7") {
		t.Errorf("error %v", err)
	}
}

func TestPlanErrorsNameTheRuleBroken(t *testing.T) {
	top := placement.Topology{Experts: 3, Slots: 4, Groups: 1, Nodes: 1, GPUs: 2}
	for _, c := range []struct {
		physical []int32
		want     string
	}{
		{[]int32{0, 1, 2}, "a map of 3 entries"},
		{[]int32{0, 1, 2, 3}, "slot 3 holds expert 3: experts are 0 to 2"},
		{[]int32{0, 1, -1, 2}, "slot 2 holds expert -1"},
		{[]int32{0, 1, 1, 0}, "no slot holds expert 2"},
	} {
		if _, err := placement.FromPhysical(top, 1, c.physical); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: error %v, want %q", c.physical, err, c.want)
		}
	}
	change := []struct {
		name string
		do   func(*placement.Plan)
	}{
		{"no slot holds expert 1", func(p *placement.Plan) { p.PhysicalToLogical[1] = 2 }},
		{"not the 2 of its count", func(p *placement.Plan) { p.Counts[1]++ }},
		{"which does not hold it", func(p *placement.Plan) { p.LogicalToPhysical[0] = 1 }},
		{"lists slot 0 twice", func(p *placement.Plan) { p.LogicalToPhysical[1] = 0 }},
		{"the rest must be −1", func(p *placement.Plan) { p.LogicalToPhysical[3] = 0 }},
		{"do not fit", func(p *placement.Plan) { p.Width = 3 }},
	}
	for _, c := range change {
		p, err := placement.FromPhysical(top, 1, []int32{0, 1, 2, 0})
		if err != nil {
			t.Fatal(err)
		}
		c.do(p)
		if err := p.Validate(); err == nil || !strings.Contains(err.Error(), c.name) {
			t.Errorf("error %v, want %q", err, c.name)
		}
	}
}

func TestMapsAreInverse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := randomPlan(t)
		if err := p.Validate(); err != nil {
			t.Fatal(err)
		}
		for l := range p.Layers {
			seen := make([]bool, p.Topology.Slots)
			for e := range p.Topology.Experts {
				for _, s := range p.SlotsOf(l, e) {
					if seen[s] || p.Physical(l)[s] != int32(e) {
						t.Fatalf("slot %d of expert %d", s, e)
					}
					seen[s] = true
				}
			}
			if slices.Contains(seen, false) {
				t.Fatal("a slot belongs to no expert")
			}
		}
	})
}

func TestMovesCountExpertsThatGPUsReceive(t *testing.T) {
	top := placement.Topology{Experts: 4, Slots: 6, Groups: 1, Nodes: 2, GPUs: 3}
	plan := func(physical ...int32) *placement.Plan {
		p, err := placement.FromPhysical(top, 1, physical)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	from := plan(0, 1, 2, 3, 0, 1)
	for _, c := range []struct {
		name          string
		to            *placement.Plan
		total, across int
	}{
		{"itself", from, 0, 0},
		{"other slots of the same GPUs", plan(1, 0, 3, 2, 1, 0), 0, 0},
		{"a second copy on the same GPU", plan(0, 0, 2, 3, 0, 1), 0, 0},
		{"an exchange inside a node", plan(0, 1, 2, 1, 0, 3), 2, 0},
		{"an exchange across nodes", plan(2, 1, 0, 3, 0, 1), 2, 1}, // node 1 held 0 already
		{"twice the same expert received", plan(0, 1, 2, 3, 2, 2), 1, 0},
	} {
		m, err := placement.CountMoves(from, c.to, 10)
		if err != nil {
			t.Fatal(err)
		}
		if m.Total != c.total || m.AcrossNodes != c.across || m.Bytes != float64(10*c.total) || m.PerLayer[0] != c.total {
			t.Errorf("%s: %+v, want %d, %d across", c.name, m, c.total, c.across)
		}
	}
	other := top
	other.GPUs, other.Nodes = 2, 2
	p, err := placement.FromPhysical(other, 1, []int32{0, 1, 2, 3, 0, 1})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := placement.CountMoves(from, p, 1); err == nil || !strings.Contains(err.Error(), "the same GPUs") {
		t.Errorf("error %v", err)
	}
}

func TestDuplicatesAreCounted(t *testing.T) {
	top := placement.Topology{Experts: 2, Slots: 6, Groups: 1, Nodes: 1, GPUs: 2}
	p, err := placement.FromPhysical(top, 1, []int32{0, 0, 0, 1, 0, 1})
	if err != nil {
		t.Fatal(err)
	}
	if n := p.Duplicates(); n != 3 {
		t.Errorf("%d duplicates, want 3", n)
	}
}

func TestTaskErrorsNameTheLoad(t *testing.T) {
	top := placement.Topology{Experts: 2, Slots: 2, Groups: 1, Nodes: 1, GPUs: 1}
	for _, c := range []struct {
		loads []float32
		want  string
	}{
		{[]float32{1, 2, 3}, "3 loads"},
		{[]float32{1, 2, 3, -4}, "step 0, layer 1, expert 1: load -4"},
	} {
		k := placement.Task{Topology: top, Steps: 1, Layers: 2, Loads: c.loads}
		if err := k.Validate(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want %q", err, c.want)
		}
	}
}

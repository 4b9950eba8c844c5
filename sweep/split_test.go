package sweep

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"packbench/runs"
)

// TestSplitKeepsProblemsWhole: every cell is in one shard, no shard is empty, all
// cells on the same loads are in the same, and no shard is much longer than the
// problems make it.
func TestSplitKeepsProblemsWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cells := cellsOf(rapid.IntRange(1, 12).Draw(t, "workloads"), rapid.IntRange(1, 3).Draw(t, "seeds"))
		costs := rapid.SliceOfN(rapid.Float64Range(0, 1e9), len(cells), len(cells)).Draw(t, "costs")
		groups := group(cells, costs, false)
		of := rapid.IntRange(1, len(groups)).Draw(t, "shards")
		shards, err := Split(cells, costs, of)
		if err != nil {
			t.Fatal(err)
		}
		where := make([]int, len(cells))
		loads := map[string]int{}
		workloads := map[string]int{}
		total, heaviest := make([]float64, of), 0.0
		for i, s := range shards {
			if s.Index != i+1 || s.Of != of || len(s.Cells) == 0 || !slices.IsSorted(s.Cells) {
				t.Fatalf("shard %d: %+v", i, s)
			}
			for _, c := range s.Cells {
				if where[c] != 0 {
					t.Fatalf("cell %d is in shards %d and %d", c, where[c], s.Index)
				}
				where[c] = s.Index
				total[i] += costs[c]
				if at, ok := loads[cells[c].WorkloadHash]; ok && at != s.Index {
					t.Fatalf("the loads %s are in shards %d and %d", cells[c].WorkloadHash, at, s.Index)
				}
				loads[cells[c].WorkloadHash] = s.Index
				if at, ok := workloads[cells[c].Workload()]; ok && at != s.Index && of <= len(group(cells, costs, true)) {
					t.Fatalf("the seeds of %s are in shards %d and %d", cells[c].Workload(), at, s.Index)
				}
				workloads[cells[c].Workload()] = s.Index
			}
		}
		if slices.Contains(where, 0) {
			t.Fatal("a cell is in no shard")
		}
		for _, g := range group(cells, costs, of <= len(group(cells, costs, true))) {
			heaviest = max(heaviest, g.cost)
		}
		sum := 0.0
		for _, c := range costs {
			sum += c
		}
		// Graham's bound for longest processing time first.
		if bound := sum/float64(of) + heaviest; slices.Max(total) > bound*(1+1e-9) {
			t.Fatalf("%v: above %v", total, bound)
		}
	})
}

func TestSplitRefusesMoreShardsThanProblems(t *testing.T) {
	cells := cellsOf(3, 2)
	costs := make([]float64, len(cells))
	for _, of := range []int{0, -1, 7} {
		_, err := Split(cells, costs, of)
		wantError(t, err, "shards: the plan has ", "use 1 to ")
	}
	if _, err := Split(cells, costs, 6); err != nil {
		t.Error(err)
	}
}

func TestTimingsForetellFromEarlierRuns(t *testing.T) {
	cells := cellsOf(3, 1)
	known := NewTimings()
	for repeat, time := range []float64{100, 300} {
		r := recordOf(cells[0], repeat, "a")
		r.Run.Set(runs.TimeMeasure, time)
		known.Add(&r)
	}
	gone := recordOf(cells[1], 0, "a")
	gone.Status = runs.Unavailable
	known.Add(&gone)
	known.learn(cells)
	for i, want := range map[int]float64{
		0: 200,              // its mean
		1: 0,                // cannot run
		2: 200,              // like that of the same strategy on as many items
		3: model(&cells[3]), // another strategy, unknown so far
	} {
		if got := known.Run(&cells[i]); math.Abs(got-want) > 1e-6 {
			t.Errorf("cell %d: %v ns, want %v", i, got, want)
		}
	}
	e := runs.Experiment{Warmup: 1, Repeats: 3}
	if got := known.Costs(&e, cells)[0]; got != 4*(overhead+200) {
		t.Errorf("cost %v", got)
	}
}

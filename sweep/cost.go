package sweep

import (
	"math/bits"
	"slices"

	"packbench/runs"
	"packbench/strategies"
)

// overhead is about what a run costs besides its time: collecting garbage,
// checking the answer, waiting until the record is on disk. In ns.
const overhead = 2e6

// Timings are the times of runs that have been made, to foretell those of
// others.
type Timings struct {
	known  map[string]timing // by key of the cell
	ratios map[platform][]float64
}

// timing adds up the runs of a cell.
type timing struct {
	total float64 // ns
	runs  int     // that are done; 0 where the cell cannot run
}

type platform struct{ strategy, backend string }

// NewTimings returns timings of nothing.
func NewTimings() *Timings { return &Timings{known: map[string]timing{}} }

// Add takes down the time of a run.
func (t *Timings) Add(r *runs.Record) {
	k := t.known[r.Key]
	if r.Status == runs.Done {
		k.total += r.Time()
		k.runs++
	}
	t.known[r.Key] = k
}

// ReadTimings returns the timings of the run in dir.
func ReadTimings(dir string) (*Timings, error) {
	run, err := runs.Open(dir)
	if err != nil {
		return nil, err
	}
	t := NewTimings()
	err = run.Scan(func(_ []byte, r *runs.Record) error {
		t.Add(r)
		return nil
	})
	if err != nil {
		return nil, err
	}
	t.learn(run.Manifest().Cells)
	return t, nil
}

// learn finds, for every strategy and backend, how the times of the cells
// relate to the model.
func (t *Timings) learn(cells []runs.PlannedCell) {
	t.ratios = map[platform][]float64{}
	for i := range cells {
		c := &cells[i]
		if k := t.known[c.Key]; k.runs > 0 {
			p := platform{c.Subject(), c.Backend()}
			t.ratios[p] = append(t.ratios[p], k.total/float64(k.runs)/model(c))
		}
	}
	for _, list := range t.ratios {
		slices.Sort(list)
	}
}

// Run estimates the time of one run of a cell, ns: the mean of its runs; the
// model, scaled by what it was off for the same strategy and backend; the model
// alone.
func (t *Timings) Run(c *runs.PlannedCell) float64 {
	k, ok := t.known[c.Key]
	switch {
	case ok && k.runs > 0:
		return k.total / float64(k.runs)
	case ok:
		return 0 // it ended at once, and is not run again
	}
	if list := t.ratios[platform{c.Subject(), c.Backend()}]; len(list) > 0 {
		return float64(model(c) * list[len(list)/2])
	}
	return model(c)
}

// Costs estimates the time of every cell of the plan, ns, all runs of it
// together.
func (t *Timings) Costs(e *runs.Experiment, cells []runs.PlannedCell) []float64 {
	costs := make([]float64, len(cells))
	for i := range cells {
		costs[i] = float64(float64(e.Warmup*max(1, e.Invocations)+e.RunsPerCell()) * (overhead + t.Run(&cells[i])))
	}
	return costs
}

// model guesses the time of a run, ns: two nanoseconds for every item of every
// layer and candidate, and as much again for every doubling of the items beyond
// 256. Times of two-opt and topk-max-any on two cores, in the reference
// experiment shapes, are within a factor of 0.6 to 3.4 of it. It only divides
// work: nothing is concluded from it.
func model(c *runs.PlannedCell) float64 {
	candidates := 16 // of strategies that are not ensembles
	if s, err := strategies.Builtin().Parse(c.Subject()); err == nil {
		if e, ok := s.(strategies.Ensemble); ok {
			candidates = e.Candidates
		}
	}
	doublings := max(1, bits.Len(uint(c.Items))-8)
	return 2 * float64(c.Layers) * float64(c.Items) * float64(candidates*doublings)
}

package harness

import (
	"fmt"

	"packbench/placement"
	"packbench/runs"
	"packbench/strategies"
)

// ledger keeps what the records of a run say about each cell, so that no run
// is made twice and packings that should be equal are compared.
type ledger struct {
	plan  *Plan
	cells []entry
	// twins lists for each cell the cells that differ from it in the backend
	// alone. Their packings must be equal.
	twins map[string][]int
}

// entry is what is known about one cell.
type entry struct {
	recorded  map[int]bool // repeats that have a record
	settled   bool         // failed, cannot run or is another shard's: no further run of it
	evaluated bool         // a record has the quality
	packing   string       // hash of the packing, once a run is done
}

// newLedger returns the ledger of the records that a run already has.
func newLedger(plan *Plan, records []runs.Record) *ledger {
	b := &ledger{plan: plan, cells: make([]entry, len(plan.Cells)), twins: map[string][]int{}}
	index := map[string]int{}
	for i, c := range plan.Cells {
		b.cells[i].recorded = map[int]bool{}
		index[c.Key] = i
		b.twins[anyBackend(c.Cell)] = append(b.twins[anyBackend(c.Cell)], i)
	}
	for _, r := range records {
		if i, ok := index[r.Key]; ok {
			b.note(i, &r)
		}
	}
	return b
}

// keepTo leaves the cells of other shards alone; nil is none.
func (b *ledger) keepTo(shard *runs.Shard) {
	if shard == nil {
		return
	}
	own := make([]bool, len(b.cells))
	for _, i := range shard.Cells {
		own[i] = true
	}
	for i := range b.cells {
		b.cells[i].settled = b.cells[i].settled || !own[i]
	}
}

// anyBackend identifies what cells that differ in the backend alone have in
// common.
func anyBackend(c runs.Cell) string { return c.Without(runs.BackendAxis).ID() }

// external reports whether the strategy of cell i is executed outside this process.
// Such a strategy may give a different answer in every run, and reports that itself.
func (b *ledger) external(i int) bool {
	if b.plan.jobs == nil {
		return false // a plan of tests
	}
	if j := b.plan.jobs[i].placement; j != nil {
		_, ok := j.planner.(placement.External)
		return ok
	}
	_, ok := b.plan.jobs[i].strategy.(strategies.External)
	return ok
}

// note takes down a record of cell i.
func (b *ledger) note(i int, r *runs.Record) {
	c := &b.cells[i]
	c.recorded[r.Repeat] = true
	if r.Status != runs.Done {
		c.settled = true
		return
	}
	c.evaluated = c.evaluated || r.Layer != nil
	if c.packing == "" {
		c.packing = r.AnswerHash
	}
}

// enter checks a new record of cell i against the earlier ones and takes it
// down. A run whose packing differs from that of an earlier run of the cell has
// failed; where it differs from that of another backend it gets a warning.
func (b *ledger) enter(i int, r *runs.Record) {
	if before := b.cells[i].packing; r.Status == runs.Done && before != "" && before != r.AnswerHash && !b.external(i) {
		r.Status = runs.Failed
		answer, subject := "packing", "strategy"
		if r.Cell.Has(runs.PlannerAxis) {
			answer, subject = "plan", "planner"
		}
		r.Reason = fmt.Sprintf("the %s (hash %.12s) does not match the cell's earlier runs (%.12s): the %s is not deterministic", answer, r.AnswerHash, before, subject)
		r.AnswerHash, r.Run, r.Layer, r.Window, r.Warnings = "", runs.Values{}, nil, nil, nil
	}
	if r.Status == runs.Done && b.cells[i].packing == "" {
		for _, twin := range b.twins[anyBackend(r.Cell)] {
			if other := b.cells[twin].packing; other != "" && other != r.AnswerHash {
				r.Warnings = append(r.Warnings, fmt.Sprintf("the packing differs from that of backend %s", b.plan.Cells[twin].Backend()))
			}
		}
	}
	b.note(i, r)
}

// missing returns the steps that are still to be made: repeats without a
// record, and the warm-up runs of cells that have such repeats.
func (b *ledger) missing(steps []Step) []Step {
	open := make([]bool, len(b.cells))
	for _, s := range steps {
		if c := b.cells[s.Cell]; s.Repeat != Warmup && !c.settled && !c.recorded[s.Repeat] {
			open[s.Cell] = true
		}
	}
	var left []Step
	for _, s := range steps {
		if open[s.Cell] && !b.cells[s.Cell].recorded[s.Repeat] {
			left = append(left, s)
		}
	}
	return left
}

// next returns the first repeat of cell i that has no record.
func (b *ledger) next(i int) int {
	repeat := 0
	for b.cells[i].recorded[repeat] {
		repeat++
	}
	return repeat
}

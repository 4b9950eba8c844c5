package runs

import (
	"cmp"
	"fmt"
	"slices"
)

// CellRuns is a cell with all its runs so far.
type CellRuns struct {
	PlannedCell
	Records []Record // in the order of Repeat
}

// Cells returns the cells of the run with their records, in the order of the
// plan. A cell that has no record yet is there with status [Pending]; of a
// shard there are its own cells alone.
func (r *Run) Cells() []*CellRuns {
	planned := r.Manifest.Planned()
	cells := make([]*CellRuns, len(planned))
	byKey := make(map[string]*CellRuns, len(cells))
	for i, p := range planned {
		cells[i] = &CellRuns{PlannedCell: p}
		byKey[p.Key] = cells[i]
	}
	for _, record := range r.Records {
		if c := byKey[record.Key]; c != nil {
			c.Records = append(c.Records, record)
		}
	}
	for _, c := range cells {
		slices.SortStableFunc(c.Records, func(a, b Record) int { return cmp.Compare(a.Repeat, b.Repeat) })
	}
	return cells
}

// Status says how the cell as a whole did: the worst that happened to any of
// its runs, or [Pending] before the first.
func (c *CellRuns) Status() Status {
	worst := Pending
	for _, r := range c.Records {
		if worst == Pending || slices.Index(severity, r.Status) > slices.Index(severity, worst) {
			worst = r.Status
		}
	}
	return worst
}

// severity lists the statuses of runs, the worst last.
var severity = []Status{Done, Unsupported, Unavailable, Timeout, Failed}

// Reason says why the status of the cell is what it is; "" where it is done.
func (c *CellRuns) Reason() string {
	status := c.Status()
	for _, r := range c.Records {
		if r.Status == status {
			return r.Reason
		}
	}
	return "not run yet"
}

// Done returns the records of the runs that are done, in the order of Repeat.
func (c *CellRuns) Done() []Record {
	var done []Record
	for _, r := range c.Records {
		if r.Status == Done {
			done = append(done, r)
		}
	}
	return done
}

// Run returns a measure of the runs that are done, in the order of Repeat.
// Runs that do not have it are left out.
func (c *CellRuns) Run(measure string) []float64 {
	var values []float64
	for _, r := range c.Records {
		if v, ok := r.Run[measure]; ok && r.Status == Done {
			values = append(values, v)
		}
	}
	return values
}

// Times returns the times of the runs that are done, in ns.
func (c *CellRuns) Times() []float64 { return c.Run(TimeMeasure) }

// Layer returns a measure of the cell's answer, [layers], nil where no run is
// done or none has it.
func (c *CellRuns) Layer(measure string) []float64 {
	for _, r := range c.Records {
		if v, ok := r.Layer[measure]; ok && r.Status == Done {
			return v
		}
	}
	return nil
}

// Failure returns an error that counts the cells that failed or took too long
// and names the first; nil where there are none. Cells whose backend cannot run
// them are no failures.
func (r *Run) Failure() error {
	var first *CellRuns
	failures, total := 0, 0
	for _, c := range r.Cells() {
		total++
		if s := c.Status(); s == Failed || s == Timeout {
			if failures++; first == nil {
				first = c
			}
		}
	}
	if first == nil {
		return nil
	}
	return fmt.Errorf("%d of %d cells failed, the first %s on %s (%s): %s", failures, total, first.Strategy(), first.Workload(), first.Backend(), first.Reason())
}

package runs

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"unsafe"

	"packbench/internal/number"
)

// CellRuns is a cell with all its runs so far.
type CellRuns struct {
	PlannedCell
	Records []*Record // of the [Run], in the order of Repeat
}

// Cells returns the cells of the run with their records, in the order of the
// plan. A cell that has no record yet is there with status [Pending]; of a
// shard there are its own cells alone.
//
// There may be a million records: the first call arranges them, and later ones
// only if the run has changed. Until then, only one goroutine may call it at a
// time.
func (r *Run) Cells() []*CellRuns {
	if now := r.fingerprint(); r.arranged == nil || r.arrangedOf != now {
		r.arranged, r.arrangedOf = r.arrange(), now
	}
	return slices.Clone(r.arranged)
}

// fingerprint returns a number that is another one where a record or a cell has
// been added, removed, exchanged or given other texts.
func (r *Run) fingerprint() uint64 {
	h := uint64(len(r.Records))
	mix := func(v uint64) { h = (h ^ v) * 0x9e3779b97f4a7c15; h ^= h >> 29 }
	text := func(s string) { mix(uint64(uintptr(unsafe.Pointer(unsafe.StringData(s)))) + uint64(len(s))) }
	for i := range r.Records {
		c := &r.Records[i]
		mix(uint64(uintptr(unsafe.Pointer(c.PlannedCell))))
		text(string(c.Status))
		text(c.AnswerHash)
		text(c.Environment)
		mix(uint64(c.Repeat)<<32 + uint64(len(c.Reason))<<16 + uint64(c.Run.Len())<<8 + uint64(len(c.Layer)))
	}
	mix(uint64(len(r.Manifest.Cells)))
	for i := range r.Manifest.Cells {
		c := &r.Manifest.Cells[i]
		text(c.Key)
		text(c.WorkloadHash)
		mix(uint64(c.Layers)<<32 + uint64(c.Items))
		mix(uint64(uintptr(unsafe.Pointer(unsafe.SliceData(c.coordinates)))) + uint64(len(c.coordinates)))
	}
	return h
}

func (r *Run) arrange() []*CellRuns {
	planned := r.Manifest.Planned()
	list, byKey := make([]*CellRuns, len(planned)), make(map[string]*CellRuns, len(planned))
	for i, p := range planned {
		list[i] = &CellRuns{PlannedCell: p}
		byKey[p.Key] = list[i]
	}
	for i := range r.Records {
		if c := byKey[r.Records[i].Key]; c != nil { // else it is of no cell
			c.Records = append(c.Records, &r.Records[i])
		}
	}
	for _, c := range list {
		slices.SortStableFunc(c.Records, func(a, b *Record) int { return cmp.Compare(a.Repeat, b.Repeat) })
	}
	return list
}

// Status returns the status of the cell as a whole: the worst of its runs, or
// [Pending] before the first.
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

// Reason returns why the cell is not done; "" if it is.
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
func (c *CellRuns) Done() []*Record {
	var done []*Record
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
		if v, ok := r.Run.Get(measure); ok && r.Status == Done {
			values = append(values, v)
		}
	}
	return values
}

// Invocations returns a measure of the runs that are done, by the process that
// made them, in the order of the invocations; those without it are left out.
func (c *CellRuns) Invocations(measure string) [][]float64 {
	values := map[int][]float64{}
	for _, r := range c.Records {
		if v, ok := r.Run.Get(measure); ok && r.Status == Done {
			values[r.Invocation] = append(values[r.Invocation], v)
		}
	}
	var list [][]float64
	for _, i := range slices.Sorted(maps.Keys(values)) {
		list = append(list, values[i])
	}
	return list
}

// Times returns the times of the runs that are done, in ns.
func (c *CellRuns) Times() []float64 { return c.Run(TimeMeasure) }

// Layer returns a measure of the cell's answer, [layers]; nil if no run is done
// or none has it.
func (c *CellRuns) Layer(measure string) []float64 {
	for _, r := range c.Records {
		if v, ok := r.Layer[measure]; ok && r.Status == Done {
			return v
		}
	}
	return nil
}

// Failure returns an error that counts the cells that failed or took too long
// and names the first; nil if there are none. Cells whose backend cannot run
// them do not count as failures.
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
	return fmt.Errorf("%d of %s failed, the first %s on %s (%s): %s", failures, number.Count(total, "cell"), first.Subject(), first.Workload(), first.Backend(), first.Reason())
}

// Environments returns the keys of the environments that the runs that are done
// were made in, in the order of Repeat. Where there are several, or where two
// cells have different ones, their times come from different machines or
// programs.
func (c *CellRuns) Environments() []string {
	var keys []string
	for _, r := range c.Records {
		if r.Status == Done && !slices.Contains(keys, r.Environment) {
			keys = append(keys, r.Environment)
		}
	}
	return keys
}

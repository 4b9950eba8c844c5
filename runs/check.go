package runs

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"

	"packbench/internal/number"
)

// check returns an error where the manifest contradicts itself.
func (m *Manifest) check() error {
	return cmp.Or(m.checkDeclarations(), m.checkCells(), m.checkShard())
}

// checkRest checks a manifest whose cells have been checked.
func (m *Manifest) checkRest() error { return cmp.Or(m.checkDeclarations(), m.checkShard()) }

func (m *Manifest) checkDeclarations() error {
	for _, a := range m.Axes {
		if err := a.check(); err != nil {
			return err
		}
	}
	for _, d := range m.Measures {
		if err := d.check(); err != nil {
			return err
		}
	}
	return nil
}

func (m *Manifest) checkCells() error {
	seen := make(map[string]bool, len(m.Cells))
	for i, c := range m.Cells {
		switch {
		case seen[c.Key]:
			return fmt.Errorf("cell %d: key %s occurs twice", i, c.Key)
		case c.Layers < 1 || c.Items < 1:
			return fmt.Errorf("cell %d: %s of %s", i, number.Count(c.Layers, "layer"), number.Count(c.Items, "item"))
		case !c.hasKey(c.Key, c.WorkloadHash):
			return fmt.Errorf("cell %d: key %s does not match its coordinates", i, c.Key)
		}
		for _, x := range c.coordinates {
			if _, ok := m.Axis(x.Axis); !ok {
				return fmt.Errorf("cell %d: axis %q is not declared", i, x.Axis)
			}
		}
		seen[c.Key] = true
	}
	return nil
}

func (m *Manifest) checkShard() error {
	if m.Shard != nil {
		return m.Shard.check(len(m.Cells))
	}
	return nil
}

// hasKey reports whether key is one of those that the cell can have.
func (c Cell) hasKey(key, workloadHash string) bool {
	return key == c.Key("") || key == c.Key(workloadHash) || key == c.NamedKey(workloadHash)
}

// checker holds the records of a run against its manifest and each other. What
// it keeps per record is a few bytes.
type checker struct {
	manifest *Manifest
	measures map[string]Measure // declared, as far as records had them
	cells    map[string]*known  // by key
	lines    lines
}

// known is what the records so far say of a cell.
type known struct {
	plan   *PlannedCell
	index  uint32 // among the planned cells
	answer string // its hash; "" before a run is done
	judged bool   // a record has the measures of its layers
	first  int    // line of the first run that is done
}

// lines are where the runs stand that have been read.
type lines struct {
	perCell uint32           // runs that the plan asks for
	planned []uint32         // line of each of them, by cell, from 1; 0 of none
	more    map[place]uint32 // of any others
}

type place struct{ cell, repeat uint32 }

func newLines(cells, perCell int) lines {
	const most = 1 << 23 // twice the runs of the largest plan
	l := lines{more: map[place]uint32{}}
	if perCell > 0 && perCell <= most/max(1, cells) {
		l.perCell, l.planned = uint32(perCell), make([]uint32, cells*perCell)
	}
	return l
}

// set notes the line of a run and returns the one it had before, 0 for none.
func (l *lines) set(at place, line uint32) (before uint32) {
	if at.repeat < l.perCell {
		p := &l.planned[at.cell*l.perCell+at.repeat]
		before, *p = *p, line
		return before
	}
	before, l.more[at] = l.more[at], line
	return before
}

// newChecker returns a checker of the records of a run, whose cells are own.
func newChecker(m *Manifest, own []PlannedCell) *checker {
	c := &checker{manifest: m, measures: map[string]Measure{}, cells: make(map[string]*known, len(own)), lines: newLines(len(own), m.Experiment.RunsPerCell())}
	for i := range own {
		c.cells[own[i].Key] = &known{plan: &own[i], index: uint32(i)}
	}
	return c
}

// record returns what is wrong with the record on the given line. What many
// records share it makes one: their cell, and the hash of its answer.
func (c *checker) record(line int, r *Record) error {
	cell := c.cells[r.Key]
	if cell == nil {
		return c.stranger(r.Key)
	}
	plan := cell.plan
	switch {
	case r.Repeat < 0:
		return fmt.Errorf("repeat %d: the first run is 0", r.Repeat)
	case r.Invocation < 0:
		return fmt.Errorf("invocation %d: the first is 0", r.Invocation)
	case r.Repeat > math.MaxInt32:
		return fmt.Errorf("repeat %d: the max is %d", r.Repeat, math.MaxInt32)
	case r.PlannedCell == plan:
	case !plan.Cell.Equal(r.Cell):
		return fmt.Errorf("key %s does not match the cell", r.Key)
	case r.Layers != plan.Layers || r.Items != plan.Items:
		return fmt.Errorf("%s of %s in a cell of %d of %d", number.Count(r.Layers, "layer"), number.Count(r.Items, "item"), plan.Layers, plan.Items)
	case r.WorkloadHash != plan.WorkloadHash:
		return fmt.Errorf("workload hash %q differs from the plan's, %q", cut(r.WorkloadHash), plan.WorkloadHash)
	}
	r.PlannedCell = plan
	if _, ok := c.manifest.Environments[r.Environment]; !ok {
		return fmt.Errorf("environment %q is not in %s", cut(r.Environment), ManifestFile)
	}
	if err := c.outcome(r); err != nil {
		return err
	}
	if before := c.lines.set(place{cell.index, uint32(r.Repeat)}, uint32(line)); before != 0 {
		return fmt.Errorf("run %d of cell %s is already on line %d", r.Repeat, r.Key, before)
	}
	if r.Status != Done {
		return nil
	}
	external := c.manifest.Programs[r.Cell.Subject()] != "" // its answers may change
	if cell.answer != "" && cell.answer != r.AnswerHash && !external {
		return fmt.Errorf("answer hash %q differs from that of the cell's earlier runs, %q", cut(r.AnswerHash), cell.answer)
	}
	if cell.answer == "" {
		cell.answer, cell.first = r.AnswerHash, line
	}
	if r.AnswerHash == cell.answer {
		r.AnswerHash = cell.answer // one text for all runs of a cell
	}
	cell.judged = cell.judged || r.Layer != nil
	return nil
}

// stranger says why there can be no record of a key.
func (c *checker) stranger(key string) error {
	if c.manifest.Shard != nil && slices.ContainsFunc(c.manifest.Cells, func(p PlannedCell) bool { return p.Key == key }) {
		return fmt.Errorf("cell %s belongs to another shard than %v", key, c.manifest.Shard)
	}
	return fmt.Errorf("cell %q is not in the plan of %s", cut(key), ManifestFile)
}

// outcome checks that what is there goes with the status.
func (c *checker) outcome(r *Record) error {
	switch r.Status {
	case Failed, Timeout, Unsupported, Unavailable:
		if r.Run.Len() > 0 || len(r.Layer) > 0 || len(r.Window) > 0 || r.AnswerHash != "" {
			return fmt.Errorf("measures of a run that is %s", r.Status)
		}
		return nil
	case Done:
	default:
		return fmt.Errorf("unknown status %q", cut(string(r.Status)))
	}
	switch {
	case !(r.Time() > 0):
		return fmt.Errorf("time of %v ns in a run that is done", r.Time())
	case r.Reason != "":
		return fmt.Errorf("a reason (%q) in a run that is done", cut(r.Reason))
	case r.AnswerHash == "":
		return errors.New("a run that is done without the hash of its answer")
	}
	for name, v := range r.Run.All() {
		if d, ok := c.measure(name); !ok || d.Scope != PerRun {
			return fmt.Errorf("%q is not a declared measure of runs", cut(name))
		}
		if !isFinite(v) {
			return fmt.Errorf("%s %v: not a finite number", name, v)
		}
	}
	if err := c.windows(r); err != nil {
		return err
	}
	return c.layers(r)
}

// measure returns the declaration of a measure.
func (c *checker) measure(name string) (Measure, bool) {
	d, ok := c.measures[name]
	if !ok {
		if d, ok = c.manifest.Measure(name); ok {
			c.measures[name] = d
		}
	}
	return d, ok
}

// windows checks the measures of windows, all of which have the same number.
func (c *checker) windows(r *Record) error {
	count := -1
	for _, name := range slices.Sorted(maps.Keys(r.Window)) {
		if d, ok := c.manifest.Measure(name); !ok || d.Scope != PerWindow {
			return fmt.Errorf("%q is not a declared measure of windows", cut(name))
		}
		values := r.Window[name]
		if count >= 0 && len(values) != count {
			return fmt.Errorf("%s of %d windows in a record of %d windows", name, len(values), count)
		}
		count = len(values)
		for i, v := range values {
			if !isFinite(v) {
				return fmt.Errorf("%s of window %d is %v: not a finite number", name, i, v)
			}
		}
	}
	return nil
}

func (c *checker) layers(r *Record) error {
	for _, name := range slices.Sorted(maps.Keys(r.Layer)) {
		if d, ok := c.measure(name); !ok || d.Scope != PerLayer {
			return fmt.Errorf("%q is not a declared measure of layers", cut(name))
		}
		if n := len(r.Layer[name]); n != r.Layers {
			return fmt.Errorf("%s of %d layers in a record of %d layers", name, n, r.Layers)
		}
	}
	switch {
	case r.Layer == nil:
		return nil
	case r.Cell.Has(StrategyAxis) || slices.ContainsFunc(loadMeasures, func(name string) bool { return r.Layer[name] != nil }):
		return checkPacking(r)
	case len(r.Layer) == 0:
		return errors.New("layers without any measure")
	}
	return checkPlacement(r)
}

// loadMeasures are the measures of layers that every packing has.
var loadMeasures = []string{ImbalanceMeasure, MaxMeasure, MinMeasure, MeanMeasure, LowerBoundMeasure}

func checkPacking(r *Record) error {
	for _, name := range loadMeasures {
		if r.Layer[name] == nil {
			return fmt.Errorf("layers without %s", name)
		}
	}
	for l := range r.Layers {
		if err := consistent(r.Layer, l); err != nil {
			return fmt.Errorf("layer %d: %w", l, err)
		}
	}
	return nil
}

// consistent checks the measures of a layer against each other.
func consistent(m map[string][]float64, l int) error {
	heaviest, lightest, mean, bound, imbalance := m[MaxMeasure][l], m[MinMeasure][l], m[MeanMeasure][l], m[LowerBoundMeasure][l], m[ImbalanceMeasure][l]
	slack := 1e-9 * heaviest // for sums in another order
	switch {
	case !(heaviest >= 0 && lightest >= 0 && bound >= 0) || !isFinite(heaviest):
		return fmt.Errorf("max %v, min %v, lower bound %v: loads must be finite numbers ≥ 0", heaviest, lightest, bound)
	case !(math.Abs(heaviest-lightest-imbalance) <= slack):
		return fmt.Errorf("imbalance %v is not max − min, %v − %v", imbalance, heaviest, lightest)
	case !(lightest-slack <= mean && mean <= heaviest+slack):
		return fmt.Errorf("mean %v is not between min %v and max %v", mean, lightest, heaviest)
	case !(bound <= heaviest+slack):
		return fmt.Errorf("lower bound %v is above max %v", bound, heaviest)
	case !(bound >= mean-slack):
		return fmt.Errorf("lower bound %v is below the mean %v", bound, mean)
	}
	if proofs := m[OptimalMeasure]; proofs != nil && proofs[l] != 0 && proofs[l] != 1 {
		return fmt.Errorf("optimal %v: use 0 or 1", proofs[l])
	}
	return nil
}

// finish returns what is wrong with the records as a whole.
func (c *checker) finish() error {
	for _, p := range c.manifest.Planned() {
		if cell := c.cells[p.Key]; cell.answer != "" && !cell.judged {
			return fmt.Errorf("line %d: cell %s is done but none of its runs has the measures of its layers", cell.first, p.Key)
		}
	}
	return nil
}

func isFinite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

// cut shortens text from a damaged file for an error.
func cut(s string) string {
	const length = 80
	if len(s) <= length {
		return s
	}
	return s[:length] + "…"
}

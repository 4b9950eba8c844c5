package runs

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
)

// check returns an error where the manifest contradicts itself.
func (m *Manifest) check() error {
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
	seen := map[string]bool{}
	for i, c := range m.Cells {
		switch {
		case seen[c.Key]:
			return fmt.Errorf("cell %d: key %s stands twice", i, c.Key)
		case c.Layers < 1 || c.Items < 1:
			return fmt.Errorf("cell %d: %d layers of %d items", i, c.Layers, c.Items)
		case !c.hasKey(c.Key, c.WorkloadHash):
			return fmt.Errorf("cell %d: key %s is not that of its coordinates", i, c.Key)
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

// hasKey reports whether key is one of those that the cell can have.
func (c Cell) hasKey(key, workloadHash string) bool {
	return key == c.Key("") || key == c.Key(workloadHash) || key == c.NamedKey(workloadHash)
}

// checker holds the records of a run against its manifest and each other.
type checker struct {
	manifest *Manifest
	planned  map[string]*PlannedCell // by key
	seen     map[run]int             // line of each run
	answers  map[string]string       // answer hash of each cell that is done
	judged   map[string]bool         // cells that have measures of layers
	first    map[string]int          // line of the first run that is done, per cell
}

// run is what identifies a record.
type run struct {
	key    string
	repeat int
}

func newChecker(m *Manifest) *checker {
	c := &checker{
		manifest: m,
		planned:  make(map[string]*PlannedCell, len(m.Cells)),
		seen:     map[run]int{}, answers: map[string]string{}, judged: map[string]bool{}, first: map[string]int{},
	}
	for i := range m.Cells {
		c.planned[m.Cells[i].Key] = &m.Cells[i]
	}
	return c
}

// record returns what is wrong with the record on the given line.
func (c *checker) record(line int, r *Record) error {
	plan := c.planned[r.Key]
	if plan == nil {
		return fmt.Errorf("cell %q is not in the plan of %s", cut(r.Key), ManifestFile)
	}
	switch {
	case r.Repeat < 0:
		return fmt.Errorf("repeat %d: the first run is 0", r.Repeat)
	case !plan.Cell.Equal(r.Cell):
		return fmt.Errorf("key %s is not that of the cell", r.Key)
	case r.Layers != plan.Layers || r.Items != plan.Items:
		return fmt.Errorf("%d layers of %d items in a cell of %d of %d", r.Layers, r.Items, plan.Layers, plan.Items)
	case r.WorkloadHash != plan.WorkloadHash:
		return fmt.Errorf("workload hash %q is not that of the plan, %q", cut(r.WorkloadHash), plan.WorkloadHash)
	}
	r.Cell = plan.Cell // one list of coordinates for all runs of a cell
	if _, ok := c.manifest.Environments[r.Environment]; !ok {
		return fmt.Errorf("environment %q is not in %s", cut(r.Environment), ManifestFile)
	}
	if err := c.outcome(r); err != nil {
		return err
	}
	this := run{r.Key, r.Repeat}
	if before, ok := c.seen[this]; ok {
		return fmt.Errorf("run %d of cell %s is already on line %d", r.Repeat, r.Key, before)
	}
	c.seen[this] = line
	if r.Status != Done {
		return nil
	}
	external := c.manifest.Programs[r.Cell.Strategy()] != "" // its answers may change
	if before, ok := c.answers[r.Key]; ok && before != r.AnswerHash && !external {
		return fmt.Errorf("answer hash %q differs from that of the cell's earlier runs, %q", cut(r.AnswerHash), before)
	}
	c.answers[r.Key] = r.AnswerHash
	c.judged[r.Key] = c.judged[r.Key] || r.Layer != nil
	if _, ok := c.first[r.Key]; !ok {
		c.first[r.Key] = line
	}
	return nil
}

// outcome checks that what is there goes with the status.
func (c *checker) outcome(r *Record) error {
	switch r.Status {
	case Failed, Timeout, Unsupported, Unavailable:
		if len(r.Run) > 0 || len(r.Layer) > 0 || len(r.Window) > 0 || r.AnswerHash != "" {
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
	for _, name := range slices.Sorted(maps.Keys(r.Run)) {
		if d, ok := c.manifest.Measure(name); !ok || d.Scope != PerRun {
			return fmt.Errorf("%q is not a declared measure of runs", cut(name))
		}
		if v := r.Run[name]; !isFinite(v) {
			return fmt.Errorf("%s %v: not a finite number", name, v)
		}
	}
	if err := c.windows(r); err != nil {
		return err
	}
	return c.layers(r)
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
		if d, ok := c.manifest.Measure(name); !ok || d.Scope != PerLayer {
			return fmt.Errorf("%q is not a declared measure of layers", cut(name))
		}
		if n := len(r.Layer[name]); n != r.Layers {
			return fmt.Errorf("%s of %d layers in a record of %d layers", name, n, r.Layers)
		}
	}
	if r.Layer == nil {
		return nil
	}
	for _, name := range []string{ImbalanceMeasure, MaxMeasure, MinMeasure, MeanMeasure, LowerBoundMeasure} {
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
	for _, p := range c.manifest.Cells {
		if line, ok := c.first[p.Key]; ok && !c.judged[p.Key] {
			return fmt.Errorf("line %d: cell %s is done and no run of it has the measures of its layers", line, p.Key)
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

package compare

import (
	"fmt"
	"slices"

	"packbench/analysis"
	"packbench/internal/number"
	"packbench/runs"
)

// Cell is the comparison of one cell. As JSON it has the coordinates and the
// results as members under their names.
type Cell struct {
	runs.Cell        // of the new side
	Run       string // directory of the new side, where there are several
	// Pooled has the values on the replicate axes, by axis, where several cells
	// are taken together; Cell is the first of them.
	Pooled  map[string][]string
	Layers  int // of each of them
	Items   int
	Idle    int // layers without any load, of all of them: left out
	Status  Status
	Reason  string   // why nothing is compared
	Results []Result // in the order of [Comparison.Measures]
	Same    bool     // both sides give the same packing, bit for bit

	statuses [2]runs.Status // of the old and the new side: the worst
	broke    bool           // done on the old side, failed on the new one
	why      string         // reason of the new side where it broke

	unfinished string // what runs are missing of a cell that is compared
}

// Status is whether a cell could be compared.
type Status string

// The statuses of a cell.
const (
	Compared Status = "compared"
	Refused  Status = "refused" // the sides did not solve the same problem
	Failed   Status = "failed"  // a side has no run that is done
)

// Result is the comparison of one measure of a cell: Runs or Layers, by the
// scope of the measure, or neither, and Reason says why.
type Result struct {
	Measure runs.Measure
	Runs    *OverRuns
	Layers  *OverLayers
	Reason  string // why the measure is not compared; "" too where the cell is not

	absence absence // of what kind Reason is
}

// Result returns the result for a measure; nil if that is not compared.
func (c *Cell) Result(measure string) *Result {
	for i := range c.Results {
		if c.Results[i].Measure.Name == measure {
			return &c.Results[i]
		}
	}
	return nil
}

// match is what is compared as one: a pair, or the pairs of several seeds.
type match []pair

// pool makes matches of the pairs, one for each or one for all that differ on
// replicate axes only, in the order of their first.
func (c *Comparison) pool(pairs []pair, seeds bool) []match {
	var replicates []string
	for _, a := range c.axes {
		if a.Role == runs.Replicate {
			replicates = append(replicates, a.Name)
		}
	}
	var matches []match
	at := map[string]int{}
	for _, p := range pairs {
		id := fmt.Sprint(p.side, " ", p.new.Cell.Without(replicates...).ID())
		if i, ok := at[id]; ok && seeds {
			matches[i] = append(matches[i], p)
			continue
		}
		at[id] = len(matches)
		matches = append(matches, match{p.of(replicates, seeds)})
	}
	return matches
}

// compare compares the two sides of a match. Adjusted p values and verdicts,
// which depend on the other cells, come later.
func (m match) compare(measures []runs.Measure, o Options) Cell {
	first := m[0].new
	c := Cell{Cell: first.Cell, Layers: first.Layers, Items: first.Items, Status: Compared, Same: true}
	c.statuses = [2]runs.Status{m[0].old.Status(), first.Status()}
	for _, axis := range m[0].pooled {
		for _, p := range m {
			if c.Pooled == nil {
				c.Pooled = map[string][]string{}
			}
			if v := p.new.Get(axis); !slices.Contains(c.Pooled[axis], v) {
				c.Pooled[axis] = append(c.Pooled[axis], v)
			}
		}
	}
	var sides []both
	for _, p := range m {
		status, reason := p.comparable()
		if status == Compared && m.repeats(p) {
			status, reason = Refused, fmt.Sprintf("the loads of %s are the same for every seed: their layers count once, so compare them without pooling", p.new.Workload())
		}
		if status == Compared {
			b := p.judged()
			sides = append(sides, b)
			c.Idle += b.idle
			c.Same = c.Same && samePacking(p.old, p.new)
			if c.unfinished == "" {
				c.unfinished = p.unfinished()
			}
		} else if c.Status == Compared {
			c.Status, c.Reason, c.Same = status, reason, false
			c.statuses = [2]runs.Status{p.old.Status(), p.new.Status()}
			if len(m) > 1 && status == Failed {
				c.Reason = fmt.Sprintf("seed %d: %s", p.new.Seed(), reason)
			}
		}
		// A cell in which only some runs failed is compared by the others, but
		// never passes as sound.
		if broken(p.new.Status()) && !broken(p.old.Status()) {
			c.broke, c.why = true, p.new.Reason()
		}
	}
	for _, d := range measures {
		r := Result{Measure: d}
		if c.Status == Compared {
			r = m.result(d, sides, o)
		}
		c.Results = append(c.Results, r)
	}
	return c
}

// repeats reports whether an earlier pair of the match has the loads of p.
func (m match) repeats(p pair) bool {
	for _, q := range m {
		if q.new == p.new {
			return false
		}
		if q.new.WorkloadHash == p.new.WorkloadHash {
			return true
		}
	}
	return false
}

// comparable says whether both sides solved the same problem, and if not, why.
func (p pair) comparable() (Status, string) {
	old, new := p.old, p.new
	if a, b := old.WorkloadHash, new.WorkloadHash; a != b {
		return Refused, fmt.Sprintf("the loads of %s differ (hash %s against %s): compare runs on the same loads", new.Workload(), short(a), short(b))
	}
	if old.Layers != new.Layers || old.Items != new.Items {
		return Refused, fmt.Sprintf("the shapes of %s differ, %s of %s against %d of %d: a run directory was altered", new.Workload(), number.Count(old.Layers, "layer"), number.Count(old.Items, "item"), new.Layers, new.Items)
	}
	for _, side := range []struct {
		name string
		cell *runs.CellRuns
	}{{"new", new}, {"old", old}} {
		if !analysis.NewCell(side.cell).Judged() {
			reason := fmt.Sprintf("%s is %s", side.name, side.cell.Status())
			if r := side.cell.Reason(); r != "" && side.cell.Status() != runs.Pending {
				reason += ": " + r
			}
			return Failed, reason
		}
	}
	return Compared, ""
}

// unfinished says which side lacks runs that its experiment asks for; "" where
// none does. A cell that failed is not run to the end.
func (p pair) unfinished() string {
	for _, side := range []struct {
		name string
		cell *runs.CellRuns
		run  *runs.Run
	}{{"new", p.new, p.newRun}, {"old", p.old, p.oldRun}} {
		asked := side.run.Manifest.Experiment.RunsPerCell()
		if n := len(side.cell.Done()); n == len(side.cell.Records) && n < asked {
			return fmt.Sprintf("%s is not finished, %d of %s recorded", side.name, n, number.Are(asked, "run"))
		}
	}
	return ""
}

// both are the sides of a pair that can be compared, ready to be measured.
type both struct {
	old, new *analysis.Cell
	idle     int
}

// judged returns the sides of the pair with the better of the lower bounds that
// they recorded: both solve the same problem.
func (p pair) judged() both {
	a, b := p.old.Layer(runs.LowerBoundMeasure), p.new.Layer(runs.LowerBoundMeasure)
	if a == nil || b == nil { // no packings
		s := both{old: analysis.NewCell(p.old), new: analysis.NewCell(p.new)}
		s.idle = p.new.Layers - len(s.busy())
		return s
	}
	bound := make([]float64, len(a))
	for l := range bound {
		bound[l] = max(a[l], b[l])
	}
	s := both{old: bounded(p.old, bound), new: bounded(p.new, bound)}
	optima := p.optima
	if optima == nil {
		o := analysis.OptimaOf(s.old, s.new)
		optima = &o
	}
	s.old.SetOptima(*optima)
	s.new.SetOptima(*optima)
	s.idle = p.new.Layers - len(s.busy())
	return s
}

// bounded returns the cell of c with other lower bounds.
func bounded(c *runs.CellRuns, bound []float64) *analysis.Cell {
	copied := *c
	copied.Records = slices.Clone(c.Records)
	for i, r := range copied.Records {
		if r.Layer == nil {
			continue
		}
		layer := make(map[string][]float64, len(r.Layer))
		for name, values := range r.Layer {
			layer[name] = values
		}
		layer[runs.LowerBoundMeasure] = bound
		other := *r
		other.Layer = layer
		copied.Records[i] = &other
	}
	return analysis.NewCell(&copied)
}

// busy returns the layers that have a load on either side.
func (b both) busy() []int {
	list := slices.Concat(b.old.Busy(), b.new.Busy())
	slices.Sort(list)
	return slices.Compact(list)
}

// loads returns an identity of the loads of each layer up to their order, as far
// as a side recorded it, [layers]; nil where none did.
func (b both) loads() []float64 {
	for _, c := range []*analysis.Cell{b.new, b.old} {
		if ids := c.Layer(runs.LoadsMeasure); ids != nil {
			return ids
		}
	}
	return nil
}

// broken reports whether a status is the fault of the run, not of a backend
// that is not there.
func broken(s runs.Status) bool { return s == runs.Failed || s == runs.Timeout }

func samePacking(old, new *runs.CellRuns) bool {
	a, b := old.Done()[0].AnswerHash, new.Done()[0].AnswerHash
	return a != "" && a == b
}

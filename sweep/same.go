package sweep

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"packbench/internal/number"
	"packbench/runs"
)

// source is a run directory that is merged, without its records.
type source struct {
	dir      string
	order    int // number of the shard as far as it is known, 0 of a whole run
	manifest runs.Manifest
}

// same returns an error that says what keeps two run directories from being
// parts of one run: another experiment, plan, division into shards, or
// declaration of what is recorded.
func same(a, b *source) error {
	x, y := &a.manifest, &b.manifest
	if x.Experiment.Name != y.Experiment.Name {
		return fmt.Errorf("%s is of experiment %s and %s of %s", a.dir, x.Experiment.Name, b.dir, y.Experiment.Name)
	}
	if member, v, w := difference(x.Experiment, y.Experiment); member != "" {
		return fmt.Errorf("the experiments differ in %s: %s in %s, %s in %s", member, v, a.dir, w, b.dir)
	}
	if len(x.Cells) != len(y.Cells) {
		return fmt.Errorf("%s has %s and %s has %d", a.dir, number.Count(len(x.Cells), "cell"), b.dir, len(y.Cells))
	}
	for i, c := range x.Cells {
		d := y.Cells[i]
		switch {
		case c.Equal(d):
		case c.Cell.Equal(d.Cell):
			return fmt.Errorf("the loads of %s differ: hash %.12s in %s, %.12s in %s", c.Workload(), c.WorkloadHash, a.dir, d.WorkloadHash, b.dir)
		default:
			return fmt.Errorf("cell %d is %s on %s in %s, and %s on %s in %s", i, c.Subject(), c.Workload(), a.dir, d.Subject(), d.Workload(), b.dir)
		}
	}
	if s, t := x.Shard, y.Shard; s != nil && t != nil && s.Of != t.Of {
		return fmt.Errorf("%s is one of %s and %s of %d", a.dir, number.Count(s.Of, "shard"), b.dir, t.Of)
	}
	if !reflect.DeepEqual(x.Axes, y.Axes) || !reflect.DeepEqual(x.Measures, y.Measures) {
		return fmt.Errorf("%s and %s declare different axes or measures: they were made by different programs", a.dir, b.dir)
	}
	return nil
}

// difference returns the first member, by name, in which two experiments
// differ, with both values. Where their files are may differ: what is in them is
// in the cells.
func difference(a, b runs.Experiment) (member, v, w string) {
	a.Base, b.Base = "", ""
	x, y := membersOf(a), membersOf(b)
	for _, name := range slices.Sorted(maps.Keys(x)) {
		if string(x[name]) != string(y[name]) {
			return name, shortened(x[name]), shortened(y[name])
		}
	}
	for _, name := range slices.Sorted(maps.Keys(y)) {
		if x[name] == nil {
			return name, "none", shortened(y[name])
		}
	}
	return "", "", ""
}

func membersOf(e runs.Experiment) map[string]json.RawMessage {
	members := map[string]json.RawMessage{}
	text, err := json.Marshal(e)
	if err == nil {
		err = json.Unmarshal(text, &members)
	}
	if err != nil { // plain data
		return nil
	}
	return members
}

func shortened(text []byte) string {
	const length = 100
	switch {
	case len(text) == 0:
		return "none"
	case len(text) > length:
		return strings.ToValidUTF8(string(text[:length]), "") + "…"
	}
	return string(text)
}

// oneShare returns an error where a cell is in shards of different numbers: the
// plan was not divided in the same way everywhere.
func (m *merger) oneShare() error {
	owner := map[int]*source{}
	for _, s := range m.sources {
		if s.manifest.Shard == nil {
			continue
		}
		for _, c := range s.manifest.Shard.Cells {
			o := owner[c]
			if o == nil {
				owner[c] = s
			} else if o.manifest.Shard.Index != s.manifest.Shard.Index {
				p := m.base.manifest.Cells[c]
				return fmt.Errorf("%s on %s is both in %s and in %s: the shards were divided by different costs", p.Subject(), p.Workload(), o.dir, s.dir)
			}
		}
	}
	return nil
}

// oneProgram returns an error where records come from different programs.
func oneProgram(sources []*source) error {
	first, where := "", ""
	for _, s := range sources {
		for _, key := range slices.Sorted(maps.Keys(s.manifest.Environments)) {
			switch p := program(s.manifest.Environments[key]); {
			case where == "":
				first, where = p, s.dir
			case p != first:
				return fmt.Errorf("%s was made by %s and %s by %s: run all shards with one program", where, first, s.dir, p)
			}
		}
	}
	return nil
}

// program names the program that an environment describes.
func program(e runs.Environment) string {
	name := e.Program
	if name == "" {
		name = "an unknown program"
	}
	if e.Commit != "" {
		name += " at commit " + e.Commit[:min(len(e.Commit), 12)]
	}
	if e.Dirty {
		name += " with uncommitted changes"
	}
	return name
}

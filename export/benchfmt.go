package export

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"golang.org/x/perf/benchfmt"

	"packbench/analysis"
	"packbench/internal/clean"
	"packbench/runs"
)

// unit is a measure as benchmarks name it.
type unit struct {
	runs.Measure
	name  string
	scale float64
}

// units returns the measures beside the time. Repeating a run gives those of
// its layers again.
func units(m *runs.Manifest) []unit {
	var list []unit
	for _, d := range runMeasures(m) {
		switch {
		case d.Name == runs.TimeMeasure:
		case d.Unit == runs.Nanoseconds:
			list = append(list, unit{d, part(d.Name) + "-ns/op", 1})
		default:
			list = append(list, unit{d, part(d.Name), 1})
		}
	}
	for _, d := range quoted(m) {
		u := unit{d, part(d.Name), 1}
		switch d.Name {
		case analysis.MaxOverMean:
			u.name = "max/mean"
		case analysis.Gap:
			u.name, u.scale = "gap-%", 100
		case analysis.AboveOptimum:
			u.name, u.scale = "above-optimum-%", 100
		}
		list = append(list, u)
	}
	return list
}

// writeBenchfmt writes the runs that are done in the Go benchmark format, a
// line per run:
//
//	BenchmarkPack/strategy=lpt/workload=zipf:layers=58,items=288/packs=32/backend=cpu/rng=philox/seed=1-2 1 41302 ns/op …
//
// with the machine above as configuration. "benchstat -col /strategy" sets the
// strategies of one file side by side. The other runs, for which the format has
// no line, are named in comments, which its readers skip, and so is what may
// differ between runs that are to be compared: benchstat puts results of unlike
// configuration into tables of their own.
func writeBenchfmt(w io.Writer, run *runs.Run) error {
	m := &run.Manifest
	measures := units(m)
	for _, u := range measures {
		// The writer has no way to write metadata in the units it was given.
		facts := ""
		if u.Better != runs.Neither {
			facts += " better=" + string(u.Better)
		}
		if u.Scope == runs.PerLayer {
			facts += " assume=exact"
		}
		if facts == "" {
			continue
		}
		if _, err := fmt.Fprintf(w, "Unit %s%s\n", u.name, facts); err != nil {
			return err
		}
	}
	for _, key := range slices.Sorted(maps.Keys(m.Environments)) {
		if _, err := fmt.Fprintf(w, "# %s\n", remark(run, m.Environments[key])); err != nil {
			return err
		}
	}
	out := benchfmt.NewWriter(w)
	machines := map[string][]benchfmt.Config{} // by key of the environment
	for key, e := range m.Environments {
		machines[key] = configuration(e)
	}
	for _, c := range analysis.Cells(run) {
		name, answer := benchmarkName(m, c.Cell), answerValues(c, measures)
		for _, r := range c.Records {
			if r.Status != runs.Done {
				if _, err := fmt.Fprintf(w, "# %s: %s: %s\n", name, r.Status, oneLine(r.Reason)); err != nil {
					return err
				}
				continue
			}
			result := benchfmt.Result{
				Config: machines[r.Environment],
				Name:   benchfmt.Name(name + threads(m.Environments[r.Environment])),
				Iters:  1,
				Values: append(runValues(r, measures), answer...),
			}
			if err := out.Write(&result); err != nil {
				return err
			}
		}
	}
	return nil
}

// runValues are the measures of a run that is done.
func runValues(r *runs.Record, measures []unit) []benchfmt.Value {
	list := []benchfmt.Value{{Value: r.Time() / 1e9, Unit: "sec/op", OrigValue: r.Time(), OrigUnit: "ns/op"}}
	for _, u := range measures {
		if v, ok := r.Run.Get(u.Measure.Name); ok && u.Scope == runs.PerRun && number(v) != nil {
			list = append(list, benchfmt.Value{Value: u.scale * v, Unit: u.name})
		}
	}
	return list
}

// answerValues are the measures of the layers of a cell, means over those that
// are not idle.
func answerValues(c *analysis.Cell, measures []unit) []benchfmt.Value {
	var list []benchfmt.Value
	for _, u := range measures {
		if u.Scope != runs.PerLayer {
			continue
		}
		if values := c.Values(u.Measure.Name); len(values) > 0 && number(analysis.Mean(values)) != nil {
			list = append(list, benchfmt.Value{Value: u.scale * analysis.Mean(values), Unit: u.name})
		}
	}
	return list
}

// threads stand where the Go benchmarks have GOMAXPROCS.
func threads(e runs.Environment) string {
	if e.Threads <= 0 {
		return ""
	}
	return fmt.Sprintf("-%d", e.Threads)
}

// benchmarkName names a cell as a benchmark with sub-names.
func benchmarkName(m *runs.Manifest, c runs.Cell) string {
	name := "Pack"
	for _, a := range axes(m) {
		if value := c.Get(a.Name); value != "" {
			name += "/" + part(a.Name) + "=" + part(value)
		}
	}
	return name
}

// part keeps a value from ending its part of the name: a slash begins the next
// part, a space the measurements.
func part(value string) string {
	return strings.NewReplacer("/", "∕", " ", "_").Replace(clean.Line(strings.Join(strings.Fields(value), " ")))
}

// configuration is the machine, as the lines "key: value" of the format say it.
// Keys without a value are left out.
func configuration(e runs.Environment) []benchfmt.Config {
	goos, goarch, _ := strings.Cut(e.OS, "/")
	var list []benchfmt.Config
	for _, c := range [][2]string{{"goos", goos}, {"goarch", goarch}, {"pkg", "packbench"}, {"cpu", e.CPU}, {"host", e.Host}} {
		if value := oneLine(c[1]); value != "" {
			list = append(list, benchfmt.Config{Key: c[0], Value: []byte(value), File: true})
		}
	}
	return list
}

// remark says what else is known of the runs made in an environment.
func remark(run *runs.Run, e runs.Environment) string {
	facts := []string{"experiment " + run.Manifest.Experiment.Name, e.GoVersion, e.Program}
	if e.Commit != "" {
		facts = append(facts, "commit "+e.Commit)
	}
	for _, name := range slices.Sorted(maps.Keys(e.Backends)) {
		if device := e.Backends[name].Device; device != "" {
			facts = append(facts, name+" on "+device)
		}
	}
	return oneLine(strings.Join(facts, ", "))
}

func oneLine(s string) string { return clean.Line(strings.Join(strings.Fields(s), " ")) }

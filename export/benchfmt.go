package export

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"golang.org/x/perf/benchfmt"

	"packbench/harness"
)

// units are the metrics beside the time, with what benchstat should know of
// them: less is better, and repeating a run gives the same again.
var units = []string{"imbalance", "max/mean", "gap-%"}

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
func writeBenchfmt(w io.Writer, run *harness.Run) error {
	for _, unit := range units {
		// The writer has no way to write metadata in the units it was given.
		if _, err := fmt.Fprintf(w, "Unit %s better=lower assume=exact\n", unit); err != nil {
			return err
		}
	}
	for _, key := range slices.Sorted(maps.Keys(run.Manifest.Environments)) {
		if _, err := fmt.Fprintf(w, "# %s\n", remark(run, run.Manifest.Environments[key])); err != nil {
			return err
		}
	}
	out := benchfmt.NewWriter(w)
	for _, c := range run.Cells() {
		imbalance, maxOverMean, gap := means(c.Quality())
		for _, r := range c.Records {
			if r.Status != harness.Done {
				if _, err := fmt.Fprintf(w, "# %s: %s: %s\n", benchmarkName(r, 0), r.Status, oneLine(r.Reason)); err != nil {
					return err
				}
				continue
			}
			e := run.Manifest.Environments[r.Environment]
			result := &benchfmt.Result{
				Config: configuration(e),
				Name:   benchfmt.Name(benchmarkName(r, e.Threads)),
				Iters:  1,
				Values: []benchfmt.Value{{Value: float64(r.TimeNS) / 1e9, Unit: "sec/op", OrigValue: float64(r.TimeNS), OrigUnit: "ns/op"}},
			}
			if imbalance != nil {
				result.Values = append(result.Values,
					benchfmt.Value{Value: *imbalance, Unit: units[0]},
					benchfmt.Value{Value: *maxOverMean, Unit: units[1]},
					benchfmt.Value{Value: 100 * *gap, Unit: units[2]})
			}
			if err := out.Write(result); err != nil {
				return err
			}
		}
	}
	return nil
}

// benchmarkName names a cell as a benchmark with sub-names. Threads stand where
// the Go benchmarks have GOMAXPROCS; 0 leaves them out.
func benchmarkName(r harness.Record, threads int) string {
	name := fmt.Sprintf("Pack/strategy=%s/workload=%s/packs=%d/backend=%s/rng=%s/seed=%d",
		part(r.Strategy), part(r.Workload), r.Packs, part(r.Backend), r.RNG, r.Seed)
	if threads > 0 {
		name += fmt.Sprintf("-%d", threads)
	}
	return name
}

// part keeps a value from ending its part of the name: a slash begins the next
// part, a space the measurements.
func part(value string) string {
	return strings.NewReplacer("/", "∕", " ", "_", "\t", "_", "\n", "_").Replace(value)
}

// configuration is the machine, as the lines "key: value" of the format say it.
// Keys without a value are left out.
func configuration(e harness.Environment) []benchfmt.Config {
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
func remark(run *harness.Run, e harness.Environment) string {
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

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

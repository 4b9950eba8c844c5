package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"

	"packbench/cmd/bench/internal/listing"
	"packbench/datasets"
	"packbench/harness"
	"packbench/internal/number"
	"packbench/packing"
	"packbench/strategies"
)

// throughputCmd is "bench throughput": many problems, in a call each and in one call.
type throughputCmd struct {
	Mix      []string `arg:"" optional:"" placeholder:"SHAPES" help:"Shapes of problems, layers x items x packs, such as 58x288x32; several with commas between them take turns. Default: 1x288x32, 58x288x32 and a mix of four."`
	Problems []int    `range:"1..65536" default:"1,8,64" help:"Numbers of problems to pack in one call."`
	Strategy string   `short:"s" default:"topk-max-any" help:"Strategy, as name or name:key=value,…; see bench list strategies."`
	Backend  string   `default:"cpu" help:"Where to run: cpu or cuda."`
	Rounds   int      `range:"1.." default:"15" help:"Times to measure each way; the medians count."`
	Out      string   `short:"o" placeholder:"FILE" help:"Also write the results as JSON to this file; with -, to standard output, and the table to standard error."`
	backendFlags
}

// defaultMixes are measured where none are named: one layer, the published
// comparison's problem, and four models' problems.
var defaultMixes = []string{"1x288x32", "58x288x32", "58x288x32,58x256x64,58x72x8,26x64x8"}

// throughputFile is what bench throughput writes.
type throughputFile struct {
	Strategy string          `json:"strategy"`
	Backend  string          `json:"backend"`
	Device   string          `json:"device"`
	Program  string          `json:"program"`
	Loads    string          `json:"loads"`
	Rounds   int             `json:"rounds"`
	Rows     []throughputRow `json:"rows"`
}

// throughputRow is a number of problems whose shapes take turns.
type throughputRow struct {
	Shapes   []string `json:"shapes"`
	Problems int      `json:"problems"`
	Layers   int      `json:"layers"`
	Each     int64    `json:"each_ns"`     // for all of them, in a call each
	Together int64    `json:"together_ns"` // for all of them, in one call
}

// throughputLoads are the loads that are packed.
const throughputLoads = "lognormal"

// maxThroughputItems is the max number of loads of all problems of a call.
const maxThroughputItems = 1 << 28

// Run implements the verb.
func (c *throughputCmd) Run(s *streams) error {
	if len(c.Mix) == 0 {
		c.Mix = defaultMixes
	}
	mixes := make([][]packing.Shape, len(c.Mix))
	for i, m := range c.Mix {
		var err error
		if mixes[i], err = parseMix(m); err != nil {
			return badInput(err)
		}
		if err := checkProblems(mixes[i], slices.Max(c.Problems)); err != nil {
			return badInput(fmt.Errorf("%s: %w", m, err))
		}
	}
	if _, err := datasets.OutputFormat(c.Out, datasets.JSON); err != nil {
		return badInput(err)
	}
	if err := checkFile(c.Out); err != nil {
		return err
	}
	if strings.HasPrefix(c.Strategy, "python:") {
		return badInput(fmt.Errorf("strategy %s: programs are not measured here: use bench score or bench run", c.Strategy))
	}
	strategy, err := strategies.Builtin().Parse(c.Strategy)
	if err != nil {
		return badInput(err)
	}
	backend, err := c.backend(c.Backend)
	if err != nil {
		return badInput(err)
	}
	defer backend.Close()
	if c.Backend == "cpu" {
		err = s.idle("--backend cpu uses no GPU", "device")
	} else {
		err = s.idle("--backend "+c.Backend+" needs no threads", "threads")
	}
	if err != nil {
		return err
	}
	description, err := backend.Describe()
	if err != nil {
		return err
	}
	out := throughputFile{Strategy: strategy.Spec().String(), Backend: backend.Name(), Device: description.Device,
		Program: version(), Loads: throughputLoads, Rounds: c.Rounds}
	ctx, stop := interruptible()
	defer stop()
	failure := c.measure(ctx, &out, backend, strategy, mixes)
	if failure != nil && len(out.Rows) == 0 {
		return failure
	}
	text := s.out
	if c.Out == "-" {
		text = s.err
	}
	if err := out.writeText(text); err != nil || failure != nil || c.Out == "" {
		return cmp.Or(failure, err)
	}
	return s.write(c.Out, func(w io.Writer) error {
		e := json.NewEncoder(w)
		e.SetIndent("", "  ")
		return e.Encode(out)
	})
}

// measure adds a row for every mix and number of problems, until one fails.
func (c *throughputCmd) measure(ctx context.Context, out *throughputFile, b strategies.Backend, s strategies.Strategy, mixes [][]packing.Shape) error {
	for i, mix := range mixes {
		problems, err := makeProblems(mix, slices.Max(c.Problems))
		if err != nil {
			return badInput(fmt.Errorf("%s: %w", c.Mix[i], err))
		}
		for _, n := range c.Problems {
			t, err := harness.MeasureThroughput(ctx, b, s, problems[:n], c.Rounds)
			if ctx.Err() != nil {
				return errors.New("interrupted")
			}
			if err != nil {
				return fmt.Errorf("%s of %s on %s: %w", s.Spec(), c.Mix[i], b.Name(), err)
			}
			out.Rows = append(out.Rows, throughputRow{namesOf(mix), n, t.Layers, t.Each.Nanoseconds(), t.Together.Nanoseconds()})
		}
	}
	return nil
}

// parseMix parses shapes with commas between them.
func parseMix(text string) ([]packing.Shape, error) {
	var mix []packing.Shape
	for _, t := range strings.Split(text, ",") {
		s, err := packing.ParseShape(strings.TrimSpace(t))
		if err != nil {
			return nil, err
		}
		mix = append(mix, s)
	}
	return mix, nil
}

// namesOf writes shapes as they are typed.
func namesOf(mix []packing.Shape) []string {
	names := make([]string, len(mix))
	for i, s := range mix {
		names[i] = s.Typed()
	}
	return names
}

// workloadOf returns the workload that makes the loads of a problem of the shape.
func workloadOf(s packing.Shape) (datasets.Workload, error) {
	return datasets.Parse(fmt.Sprintf("%s:layers=%d,items=%d", throughputLoads, s.Layers, s.Items))
}

// checkProblems returns an error where [makeProblems] cannot make as many as n
// problems.
func checkProblems(mix []packing.Shape, n int) error {
	for _, s := range mix[:min(n, len(mix))] {
		if _, err := workloadOf(s); err != nil {
			return err
		}
	}
	items := 0
	for i := range n {
		s := mix[i%len(mix)]
		if items += s.Layers * s.Items; items > maxThroughputItems {
			return fmt.Errorf("more than %d loads in %s: use fewer problems or smaller shapes", maxThroughputItems, number.Count(n, "problem"))
		}
	}
	return nil
}

// makeProblems makes n problems whose shapes take turns, each with loads of its own.
func makeProblems(mix []packing.Shape, n int) ([]*packing.Problem, error) {
	problems := make([]*packing.Problem, n)
	for i := range problems {
		s := mix[i%len(mix)]
		w, err := workloadOf(s)
		if err != nil {
			return nil, err
		}
		loads, err := w.Generate(uint64(i))
		if err != nil {
			return nil, err
		}
		if problems[i], err = packing.New(loads.Weights, s.Layers, s.Items, s.Packs); err != nil {
			return nil, err
		}
	}
	return problems, nil
}

// writeText writes the results as a table.
func (f *throughputFile) writeText(w io.Writer) error {
	fmt.Fprintf(w, "%s on %s, %s loads, medians of %d\n\n", f.Strategy, f.Device, f.Loads, f.Rounds)
	t := listing.PlainTable(w)
	t.AppendHeader(table.Row{"shapes", "problems", "a call each,", "in one call,", "times as", "problems", "layers"})
	t.AppendHeader(table.Row{"", "in a call", "per problem", "per problem", "fast", "per second", "per second"})
	listing.AlignRight(t, 2, 7)
	shapes := ""
	for _, r := range f.Rows {
		name := strings.Join(r.Shapes, ", ")
		if name == shapes {
			name = ""
		} else {
			shapes = name
		}
		per := func(ns int64) string { return number.Duration(float64(ns) / float64(r.Problems)) }
		rate := func(n int) string { return number.Short(float64(n) / time.Duration(r.Together).Seconds()) }
		t.AppendRow(table.Row{name, r.Problems, per(r.Each), per(r.Together), fmt.Sprintf("%.2f", float64(r.Each)/float64(r.Together)),
			rate(r.Problems), rate(r.Layers)})
	}
	t.Render()
	return nil
}

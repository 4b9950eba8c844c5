package main

import (
	"fmt"
	"io"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"

	"packbench/cmd/bench/internal/listing"
	"packbench/datasets"
	"packbench/internal/number"
	"packbench/placement"
	"packbench/placement/planfile"
)

// placed is a plan and how it was made.
type placed struct {
	planfile.Answer
	task   *placement.Task
	report *placement.Report
	took   time.Duration
	loads  *datasets.Loads
}

// show writes what a plan is worth.
func (c *placeCmd) show(w io.Writer, p placed) error {
	t := p.Plan.Topology
	fmt.Fprintf(w, "%s: %s", layersOf(p.loads), t)
	if lost := t.GPUs - t.Living(); lost > 0 {
		fmt.Fprintf(w, ", %d lost", lost)
	}
	policy := "global"
	if p.report.Hierarchical {
		policy = "groups on nodes"
	}
	fmt.Fprintf(w, "\n%s, %s, %.3g ms\n\n", p.Planner, policy, float64(p.took.Microseconds())/1000)
	before, name, err := p.before()
	if err != nil {
		return err
	}
	after := placement.Evaluate(p.Plan, p.Loads)
	showBalance(w, name, placement.Evaluate(before, p.Loads), after, t.Nodes > 1)
	switch idle := after.GPUs.Idle; {
	case idle == p.Plan.Layers:
		fmt.Fprint(w, "\nidle      no layer has any load: there is nothing to balance\n")
	case idle == 1:
		fmt.Fprintf(w, "\nidle      1 of %d layers has no load and does not count\n", p.Plan.Layers)
	case idle > 0:
		fmt.Fprintf(w, "\nidle      %d of %d layers have no load and do not count\n", idle, p.Plan.Layers)
	}
	fmt.Fprintf(w, "\ncopies    %s\n", p.copies())
	if p.task.Previous != nil {
		m, err := placement.CountMoves(p.task.Previous, p.Plan, c.ExpertBytes)
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "moves     %s\n", movesText(m, p))
	}
	fmt.Fprintf(w, "limits    %s\n", limitsText(placement.FindLimits(p.Plan, p.Loads, p.report.Hierarchical)))
	return nil
}

func layersOf(l *datasets.Loads) string {
	text := number.Count(l.Layers, "layer")
	if l.Steps > 1 {
		text += fmt.Sprintf(" over %s", number.Count(l.Steps, "step"))
	}
	return text
}

// before is the plan to compare with: the previous one, or the placement that
// engines begin with.
func (p placed) before() (*placement.Plan, string, error) {
	if p.task.Previous != nil {
		return p.task.Previous, "previous", nil
	}
	initial, err := placement.Initial(p.Plan.Topology, p.Plan.Layers)
	return initial, "initial", err
}

// showBalance writes the table of balancedness per level.
func showBalance(w io.Writer, name string, before, after placement.Evaluation, nodes bool) {
	t := listing.PlainTable(w)
	listing.AlignRight(t, 2, 5)
	t.AppendHeader(table.Row{"balancedness", name, "planned", "layers' mean", "worst layer"})
	row := func(level string, a, b placement.Balance) {
		t.AppendRow(table.Row{level, ratio(a.Ratio), ratio(b.Ratio), ratio(b.Mean), fmt.Sprintf("%s (%d)", ratio(b.Worst), b.Layer)})
	}
	row("GPUs", before.GPUs, after.GPUs)
	if nodes {
		row("nodes", before.Nodes, after.Nodes)
	}
	row("slots", before.Slots, after.Slots)
	t.Render()
}

func ratio(v float64) string { return fmt.Sprintf("%.4f", v) }

// copies says how many copies there are.
func (p placed) copies() string {
	t := p.Plan.Topology
	single := 0
	for _, n := range p.Plan.Counts {
		if n == 1 {
			single++
		}
	}
	text := fmt.Sprintf("%d spare per layer, at most %d of an expert, %.1f%% of experts have only one", t.Slots-t.Experts, p.Plan.Width, 100*float64(single)/float64(len(p.Plan.Counts)))
	if n := p.Plan.Duplicates(); n > 0 {
		text += fmt.Sprintf("; %d share a GPU with another of the same expert", n)
	}
	return text
}

func movesText(m placement.Moves, p placed) string {
	most := 0
	for _, n := range m.PerGPU {
		most = max(most, n)
	}
	text := fmt.Sprintf("%s (%.1f per layer), at most %d to a GPU", number.Count(m.Total, "expert"), float64(m.Total)/float64(p.Plan.Layers), most)
	if p.Plan.Topology.Nodes > 1 {
		text += fmt.Sprintf(", %d across nodes", m.AcrossNodes)
	}
	if m.Bytes > 0 {
		text += fmt.Sprintf(", %.4g GB", m.Bytes/1e9)
	}
	return text
}

// limitsText is what keeps the GPUs from even loads, in words.
func limitsText(l placement.Limits) string {
	return fmt.Sprintf("1 − balancedness of the GPUs is %.4f: %.4f from the copies, %.4f from the loads of nodes, %.4f from packing; with the best split over copies, balancedness would be %.4f",
		1-l.Balancedness, l.Copies, l.Nodes, l.Packing, l.BestSplit)
}

package main

import (
	"context"
	"fmt"

	"github.com/jedib0t/go-pretty/v6/table"

	"packbench/cmd/bench/internal/listing"
	"packbench/datasets"
	"packbench/internal/number"
	"packbench/placement"
	"packbench/placement/planners"
	"packbench/placement/planners/program"
)

// advise shows what more slots and other numbers of nodes would be worth.
func (c *placeCmd) advise(ctx context.Context, s *streams, loads *datasets.Loads) error {
	t := placement.Topology{Experts: loads.Items, Slots: c.Slots, Groups: c.Groups, Nodes: c.Nodes, GPUs: c.GPUs}
	a, err := planners.Advise(ctx, planners.Question{
		Topology: t, Steps: loads.Steps, Layers: loads.Layers, Loads: loads.Weights, Threads: c.Threads,
	})
	if err != nil {
		return planError(ctx, err)
	}
	show := func(title string, options []planners.Option, enough int) {
		fmt.Fprintln(s.out, title)
		w := listing.PlainTable(s.out)
		listing.AlignRight(w, 1, 6)
		w.AppendHeader(table.Row{"slots", "spare", "nodes", "any copy anywhere", "groups on nodes", "spare copies anywhere"})
		for i, o := range options {
			row := table.Row{o.Slots, o.Slots - t.Experts, o.Nodes, optional(o.Global), optional(o.Hierarchical), optional(o.Spill)}
			if i == enough {
				row = append(row, "<- more gains little")
			}
			w.AppendRow(row)
		}
		w.Render()
	}
	about := fmt.Sprintf("%s of %s on %s", layersOf(loads), number.Count(loads.Items, "expert"), number.Count(c.GPUs, "GPU"))
	if c.Figure != "" {
		if err := c.drawAdvice(a, fmt.Sprintf("%s of %s; %s", about, number.Count(t.Nodes, "node"), number.Count(t.Groups, "group"))); err != nil {
			return err
		}
	}
	fmt.Fprintf(s.out, "%s, balancedness of GPUs on these loads\n\n", about)
	show("by slots", a.Slots, a.Enough)
	if len(a.Nodes) > 0 {
		fmt.Fprintln(s.out)
		show("by nodes", a.Nodes, -1)
	}
	return nil
}

func optional(v float64) string {
	if v == 0 {
		return "-"
	}
	return ratio(v)
}

type listPlannersCmd struct{ listFlags }

// Run implements the verb.
func (c *listPlannersCmd) Run(s *streams) error {
	host := pythonFlags{}.host(backendFlags{}) // starts nothing
	defer host.Close()
	list := listing.Planners(append(planners.Builtin(), program.Definition(host)))
	return c.write(s.out, list, func() { listing.WritePlanners(s.out, list) })
}

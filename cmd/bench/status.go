package main

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"

	"packbench/internal/number"
	"packbench/sweep"
)

// statusCmd is "bench status".
type statusCmd struct {
	Dir  string `arg:"" predictor:"dir" help:"Directory of the sweep: the --out of its shards."`
	JSON bool   `help:"Print JSON."`
}

// Run implements the verb.
func (c *statusCmd) Run(s *streams) error {
	report, err := sweep.ReadStatus(c.Dir, 0)
	if err != nil {
		return badInput(err)
	}
	if c.JSON {
		e := json.NewEncoder(s.out)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		return e.Encode(report)
	}
	_, err = fmt.Fprint(s.out, statusTable(report))
	return err
}

// statusTable shows a report on a sweep, a line per shard and reason.
func statusTable(r *sweep.Report) string {
	t := table.NewWriter()
	t.SetStyle(table.StyleLight)
	t.Style().Options = table.OptionsNoBordersAndSeparators
	t.AppendHeader(table.Row{"shard", "state", "done", "pending", "failed", "since", "latest run", "left", "machine"})
	complete := 0
	var remarks string
	for _, p := range r.Shards {
		row := table.Row{p.Shard, p.State, "", "", "", clock(p.Begun), clock(p.Last), "", ""}
		if p.Cells > 0 {
			row[2], row[3], row[4] = p.Done, p.Pending, p.Failed
		}
		if p.Left > 0 {
			row[7] = "about " + p.Left.Round(time.Second).String()
		}
		machines := ""
		for i, m := range p.Machines {
			if i > 0 {
				machines += "; "
			}
			machines += m
		}
		row[8] = clean(machines)
		t.AppendRow(row)
		if p.Reason != "" {
			remarks += fmt.Sprintf("shard %d: %s\n", p.Shard, clean(p.Reason))
		}
		if p.State == sweep.Complete {
			complete++
		}
	}
	share := 0.0
	if r.Runs > 0 {
		share = 100 * float64(r.Done) / float64(r.Runs)
	}
	return fmt.Sprintf("%s\n\n%d of %s complete, %d of %s done (%.0f %%), %s failed\n%s", t.Render(), complete, number.Count(r.Of, "shard"), r.Done, number.Count(r.Runs, "run"), share, number.Count(r.Failed, "cell"), remarks)
}

// clock is a time as people read it, "" where there is none.
func clock(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02 15:04:05Z")
}

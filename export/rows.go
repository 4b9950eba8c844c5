package export

import (
	"slices"
	"time"

	"packbench/analysis"
	"packbench/runs"
)

// runTable has a row per run, in the order of the plan and of the repeats. The
// measures of layers are means over the layers that are not idle, of the
// packing of the cell, which is the same in every run of it.
func runTable(run *runs.Run) *table {
	m := &run.Manifest
	where := newCoordinates(m)
	t := &table{}
	t.add(where.columns()...)
	t.add(column{"repeat", whole, false}, column{"status", text, false}, column{"reason", text, false}, column{"start", moment, false})
	perRun, perLayer := runMeasures(m), quoted(m)
	for _, d := range perRun {
		t.add(measureColumn(d))
	}
	for _, d := range perLayer {
		t.add(column{d.Name, real, true})
	}
	t.add(column{"packing_hash", text, false}, column{"workload_hash", text, false})
	t.add(environmentColumns()...)
	t.add(column{"invocation", whole, false})
	t.rows = func(yield func([]any) bool) {
		for _, c := range analysis.Cells(run) {
			place := where.values(c)
			means := make([]any, len(perLayer))
			for i, d := range perLayer {
				means[i] = number(analysis.Mean(c.Values(d.Name)))
			}
			for _, r := range c.Records {
				row := append(make([]any, 0, len(t.columns)), place...)
				row = append(row, int64(r.Repeat), string(r.Status), r.Reason, r.Start.UTC().Truncate(time.Microsecond))
				for _, d := range perRun {
					row = append(row, runValue(d, r))
				}
				for _, mean := range means {
					if r.Status != runs.Done {
						mean = nil
					}
					row = append(row, mean)
				}
				row = append(row, r.AnswerHash, r.WorkloadHash)
				row = append(row, environmentValues(r, m.Environments[r.Environment])...)
				if !yield(append(row, int64(r.Invocation))) {
					return
				}
			}
		}
	}
	return t
}

// runValue returns a measure of a run, nil where the run has none.
func runValue(d runs.Measure, r *runs.Record) any {
	v, ok := r.Run.Get(d.Name)
	if !ok || r.Status != runs.Done {
		return nil
	}
	return measured(d, v)
}

func environmentColumns() []column {
	return []column{
		{"environment", text, false}, {"host", text, false}, {"os", text, false}, {"cpu", text, false},
		{"cores", whole, false}, {"threads", whole, false}, {"device", text, false}, {"go_version", text, false},
		{"program", text, false}, {"commit", text, false}, {"dirty", truth, false},
		{"governor", text, false}, {"turbo", text, false}, {"cpu_quota", real, true}, {"affinity", whole, true},
	}
}

func environmentValues(r *runs.Record, e runs.Environment) []any {
	values := []any{
		r.Environment, e.Host, e.OS, e.CPU,
		int64(e.Cores), int64(e.Threads), e.Backends[r.Cell.Backend()].Device, e.GoVersion,
		e.Program, e.Commit, e.Dirty,
		e.Governor, e.Turbo, nil, nil,
	}
	if e.CPUQuota > 0 {
		values[len(values)-2] = number(e.CPUQuota)
	}
	if e.Affinity > 0 {
		values[len(values)-1] = int64(e.Affinity)
	}
	return values
}

// layerTable has a row per layer of a cell that is done, idle layers included.
func layerTable(run *runs.Run) *table {
	m := &run.Manifest
	where := newCoordinates(m)
	t := &table{}
	t.add(where.columns()...)
	t.add(column{"layer", whole, false})
	measures := layerMeasures(m)
	for _, d := range measures {
		t.add(measureColumn(d))
	}
	t.add(column{"idle", truth, false}, column{"proven", truth, false})
	t.rows = func(yield func([]any) bool) {
		for _, c := range analysis.Cells(run) {
			if !c.Judged() {
				continue
			}
			place := where.values(c)
			columns := make([][]float64, len(measures))
			for i, d := range measures {
				columns[i] = c.Every(d.Name)
			}
			for l := range c.Layers {
				row := append(append(make([]any, 0, len(t.columns)), place...), int64(l))
				for i, d := range measures {
					var value any
					if columns[i] != nil {
						value = measured(d, columns[i][l])
					}
					row = append(row, value)
				}
				if !yield(append(row, !slices.Contains(c.Busy(), l), c.Proven(l))) {
					return
				}
			}
		}
	}
	return t
}

// stageTable has a row per stage of a run.
func stageTable(run *runs.Run) *table {
	where := newCoordinates(&run.Manifest)
	t := &table{}
	t.add(where.columns()...)
	t.add(column{"repeat", whole, false}, column{"stage", text, false}, column{"time_ns", whole, true})
	t.rows = func(yield func([]any) bool) {
		for _, c := range analysis.Cells(run) {
			place := where.values(c)
			for _, r := range c.Records {
				for _, s := range r.Stages() {
					row := append(make([]any, 0, len(t.columns)), place...)
					if !yield(append(row, int64(r.Repeat), s.Name, rounded(s.Time))) {
						return
					}
				}
			}
		}
	}
	return t
}

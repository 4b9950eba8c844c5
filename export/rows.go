package export

import (
	"strings"
	"time"

	"packbench/harness"
)

// Coordinates tell which cell an observation belongs to.
type Coordinates struct {
	Key      string `json:"key" parquet:"key,dict"` // of the cell, the same on every machine
	Strategy string `json:"strategy" parquet:"strategy,dict"`
	Name     string `json:"strategy_name" parquet:"strategy_name,dict"` // the strategy without parameters
	Workload string `json:"workload" parquet:"workload,dict"`
	Layers   int64  `json:"layers" parquet:"layers"`
	Items    int64  `json:"items" parquet:"items"`
	Packs    int64  `json:"packs" parquet:"packs"`
	Backend  string `json:"backend" parquet:"backend,dict"`
	RNG      string `json:"rng" parquet:"rng,dict"`
	Seed     uint64 `json:"seed" parquet:"seed"`
}

// RunRow is a run. A pointer is nil where there is no such value: times and
// quality of a run that is not done.
type RunRow struct {
	Coordinates
	Repeat int64     `json:"repeat" parquet:"repeat"`
	Status string    `json:"status" parquet:"status,dict"`
	Reason string    `json:"reason" parquet:"reason,dict"`
	Start  time.Time `json:"start" parquet:"start,timestamp(microsecond)"` // UTC
	TimeNS *int64    `json:"time_ns" parquet:"time_ns,optional"`
	// Quality of the cell's packing, which is the same in every run of it; mean
	// over layers.
	Imbalance   *float64 `json:"imbalance" parquet:"imbalance,optional"`         // max − min load
	MaxOverMean *float64 `json:"max_over_mean" parquet:"max_over_mean,optional"` // 1 is perfect
	Gap         *float64 `json:"gap" parquet:"gap,optional"`                     // (max − lower bound)/lower bound

	PackingHash  string `json:"packing_hash" parquet:"packing_hash,dict"`
	WorkloadHash string `json:"workload_hash" parquet:"workload_hash,dict"`
	Environment  string `json:"environment" parquet:"environment,dict"`
	Host         string `json:"host" parquet:"host,dict"`
	OS           string `json:"os" parquet:"os,dict"`
	CPU          string `json:"cpu" parquet:"cpu,dict"`
	Cores        int64  `json:"cores" parquet:"cores"`
	Threads      int64  `json:"threads" parquet:"threads"`
	Device       string `json:"device" parquet:"device,dict"` // of the backend
	GoVersion    string `json:"go_version" parquet:"go_version,dict"`
	Program      string `json:"program" parquet:"program,dict"`
	Commit       string `json:"commit" parquet:"commit,dict"`
	Dirty        bool   `json:"dirty" parquet:"dirty"`
}

// LayerRow is a layer of a cell.
type LayerRow struct {
	Coordinates
	Layer      int64   `json:"layer" parquet:"layer"`
	Imbalance  float64 `json:"imbalance" parquet:"imbalance"`
	Max        float64 `json:"max" parquet:"max"`
	Min        float64 `json:"min" parquet:"min"`
	Mean       float64 `json:"mean" parquet:"mean"`
	LowerBound float64 `json:"lower_bound" parquet:"lower_bound"`
	Gap        float64 `json:"gap" parquet:"gap"`
	// Optimal is nil for strategies that prove nothing.
	Optimal *bool `json:"optimal" parquet:"optimal,optional"`
}

// StageRow is a stage of a run.
type StageRow struct {
	Coordinates
	Repeat int64  `json:"repeat" parquet:"repeat"`
	Stage  string `json:"stage" parquet:"stage,dict"`
	TimeNS int64  `json:"time_ns" parquet:"time_ns"`
}

func coordinates(c *harness.CellRuns) Coordinates {
	name, _, _ := strings.Cut(c.Strategy, ":")
	return Coordinates{
		Key: c.Key, Strategy: c.Strategy, Name: name, Workload: c.Workload,
		Layers: int64(c.Layers), Items: int64(c.Items), Packs: int64(c.Packs),
		Backend: c.Backend, RNG: c.RNG.String(), Seed: c.Seed,
	}
}

// runRows returns the runs, in the order of the plan and of the repeats.
func runRows(run *harness.Run) []RunRow {
	var rows []RunRow
	for _, c := range run.Cells() {
		imbalance, maxOverMean, gap := means(c.Quality())
		for _, r := range c.Records {
			e := run.Manifest.Environments[r.Environment]
			row := RunRow{
				Coordinates: coordinates(c),
				Repeat:      int64(r.Repeat), Status: string(r.Status), Reason: r.Reason, Start: r.Start.UTC().Truncate(time.Microsecond),
				PackingHash: r.PackingHash, WorkloadHash: r.WorkloadHash,
				Environment: r.Environment, Host: e.Host, OS: e.OS, CPU: e.CPU, Cores: int64(e.Cores), Threads: int64(e.Threads),
				Device: e.Backends[r.Backend].Device, GoVersion: e.GoVersion, Program: e.Program, Commit: e.Commit, Dirty: e.Dirty,
			}
			if r.Status == harness.Done {
				row.TimeNS = &r.TimeNS
				row.Imbalance, row.MaxOverMean, row.Gap = imbalance, maxOverMean, gap
			}
			rows = append(rows, row)
		}
	}
	return rows
}

// means returns the means over layers, nil without quality.
func means(q *harness.LayerData) (imbalance, maxOverMean, gap *float64) {
	if q == nil {
		return nil, nil, nil
	}
	var i, m, g float64
	for l := range q.Max {
		layer := q.Layer(l)
		i += q.Imbalance[l]
		m += layer.MaxOverMean()
		g += layer.Gap()
	}
	n := float64(len(q.Max))
	i, m, g = i/n, m/n, g/n
	return &i, &m, &g
}

func layerRows(run *harness.Run) []LayerRow {
	var rows []LayerRow
	for _, c := range run.Cells() {
		q := c.Quality()
		if q == nil {
			continue
		}
		for l := range q.Max {
			row := LayerRow{
				Coordinates: coordinates(c), Layer: int64(l),
				Imbalance: q.Imbalance[l], Max: q.Max[l], Min: q.Min[l], Mean: q.Mean[l], LowerBound: q.LowerBound[l],
				Gap: q.Layer(l).Gap(),
			}
			if q.Optimal != nil {
				row.Optimal = &q.Optimal[l]
			}
			rows = append(rows, row)
		}
	}
	return rows
}

func stageRows(run *harness.Run) []StageRow {
	var rows []StageRow
	for _, c := range run.Cells() {
		for _, r := range c.Records {
			for _, s := range r.Stages {
				rows = append(rows, StageRow{coordinates(c), int64(r.Repeat), s.Name, s.TimeNS})
			}
		}
	}
	return rows
}

package sweep

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"packbench/runs"
)

// cellsOf returns a plan of two strategies on each workload, with each seed.
func cellsOf(workloads, seeds int) []runs.PlannedCell {
	var cells []runs.PlannedCell
	for w := range workloads {
		for _, strategy := range []string{"lpt", "two-opt"} {
			for seed := range seeds {
				c := runs.NewCell(
					runs.Coordinate{Axis: runs.StrategyAxis, Value: strategy}, runs.Coordinate{Axis: runs.WorkloadAxis, Value: fmt.Sprintf("w%d", w)},
					runs.Coordinate{Axis: runs.PacksAxis, Value: "3"}, runs.Coordinate{Axis: runs.BackendAxis, Value: "cpu"},
					runs.Coordinate{Axis: runs.RNGAxis, Value: "philox"}, runs.Coordinate{Axis: runs.SeedAxis, Value: strconv.Itoa(seed)},
				)
				cells = append(cells, runs.PlannedCell{Cell: c, Key: c.Key(""), Layers: 1, Items: 12, WorkloadHash: fmt.Sprintf("%032d%032d", w, seed)})
			}
		}
	}
	return cells
}

const repeats = 3

// machineOf is a machine of the given name.
func machineOf(name string) runs.Environment {
	return runs.Environment{Host: name, CPU: "CPU of " + name, Cores: 4, Threads: 4, Program: "packbench v1", Commit: "0123456789abcdef"}
}

// manifestOf is the manifest of a shard of a plan of four workloads.
func manifestOf(shard *runs.Shard, machines ...string) runs.Manifest {
	m := runs.Manifest{
		Experiment: runs.Experiment{Name: "sample", Repeats: repeats, Backends: []string{"cpu"}, Seeds: []uint64{0}},
		Created:    time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Command: []string{"bench", "run"}, ShuffleSeed: 9,
		Cells: cellsOf(4, 1), Shard: shard, Environments: map[string]runs.Environment{},
	}
	for _, name := range machines {
		e := machineOf(name)
		m.Environments[e.Key()] = e
	}
	return m
}

// shardsOf divides the plan of manifestOf.
func shardsOf(t *testing.T, of int) []runs.Shard {
	t.Helper()
	cells := cellsOf(4, 1)
	e := manifestOf(nil).Experiment
	shards, err := Split(cells, NewTimings().Costs(&e, cells), of)
	if err != nil {
		t.Fatal(err)
	}
	return shards
}

// recordOf is a run of a cell that is done.
func recordOf(c runs.PlannedCell, repeat int, machine string) runs.Record {
	r := runs.Record{
		PlannedCell: &c, Repeat: repeat, Status: runs.Done,
		AnswerHash: "answer of " + c.Key, Run: runs.NewValues(map[string]float64{runs.TimeMeasure: float64(1000 + repeat)}),
		Start: time.Date(2026, 1, 2, 3, 4, 6+repeat, 0, time.UTC), Environment: machineOf(machine).Key(),
	}
	if repeat == 0 {
		r.Layer = map[string][]float64{
			runs.MaxMeasure: {12}, runs.MinMeasure: {8}, runs.MeanMeasure: {10}, runs.LowerBoundMeasure: {10}, runs.ImbalanceMeasure: {4},
		}
	}
	return r
}

// wholeShard returns all records of a shard.
func wholeShard(shard runs.Shard, machine string) []runs.Record {
	cells := cellsOf(4, 1)
	var list []runs.Record
	for repeat := range repeats {
		for _, i := range shard.Cells {
			list = append(list, recordOf(cells[i], repeat, machine))
		}
	}
	return list
}

// put makes a run directory.
func put(t *testing.T, dir string, m runs.Manifest, records []runs.Record) string {
	t.Helper()
	err := runs.Assemble(dir, func(w io.Writer) (runs.Manifest, error) {
		for i := range records {
			line, err := records[i].Line()
			if err == nil {
				_, err = w.Write(line)
			}
			if err != nil {
				return m, err
			}
		}
		return m, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// putSweep makes a whole sweep of two shards on two machines.
func putSweep(t *testing.T) (dir string, shards []runs.Shard) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "sweep")
	shards = shardsOf(t, 2)
	for i, machine := range []string{"a", "b"} {
		put(t, ShardDir(dir, i+1, 2), manifestOf(&shards[i], machine), wholeShard(shards[i], machine))
	}
	return dir, shards
}

func load(t *testing.T, dir string) *runs.Run {
	t.Helper()
	run, err := runs.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	return run
}

func readFile(t *testing.T, path ...string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// wantError requires an error on one line that contains each of the parts.
func wantError(t *testing.T, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want one with %q", parts)
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error %q: want it to contain %q", err, part)
		}
	}
	if strings.Contains(err.Error(), "\n") {
		t.Errorf("error %q has more than one line", err)
	}
}

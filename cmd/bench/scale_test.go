//go:build scale

package main

import (
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"packbench/harness"
	"packbench/runs"
	"packbench/strategies"
	"packbench/strategies/cpu"
	"packbench/sweep"
)

// TestScale makes up a sweep of 10,000 cells and a million records in 32 shards,
// on two machines, and says what time and memory the verbs take for it. More
// memory than they should is a failure. make scale runs it, in some minutes; it needs 2 GB of disk. SCALE_DIR keeps the
// directory.
func TestScale(t *testing.T) {
	dir := os.Getenv("SCALE_DIR")
	if dir == "" {
		dir = t.TempDir()
	}
	bench := filepath.Join(t.TempDir(), "bench")
	if out, err := exec.Command("go", "build", "-o", bench, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	yaml, swept, merged := filepath.Join(dir, "scale.yaml"), filepath.Join(dir, "sweep"), filepath.Join(dir, "merged")
	if err := os.WriteFile(yaml, []byte(scaleExperiment()), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(swept); err != nil {
		makeUpSweep(t, yaml, swept)
	}
	size := int64(0)
	files, _ := filepath.Glob(filepath.Join(swept, "shards", "*", runs.RecordsFile))
	for _, f := range files {
		if info, err := os.Stat(f); err == nil {
			size += info.Size()
		}
	}
	t.Logf("%d shards, %d MB of records", len(files), size>>20)
	for _, verb := range []struct {
		most int64 // MB of memory; those of this test at the start of the program count too
		args []string
	}{
		{200, []string{"submit", yaml, "--shards", "32", "-o", filepath.Join(dir, "new"), "--dry-run"}},
		{200, []string{"status", swept}},
		{300, []string{"merge", merged, swept}},
		{300, []string{"merge", merged, swept}},
		{500, []string{"report", merged, "--table", "csv"}},
		{500, []string{"report", merged}},
		{500, []string{"compare", merged, "--baseline", "lpt", "-f", "csv"}},
		{900, []string{"compare", merged, merged, "-f", "csv"}},
		{500, []string{"export", merged, "-f", "csv", "-o", os.DevNull}},
	} {
		if used := measure(t, bench, verb.args...); used > verb.most {
			t.Errorf("bench %s took %d MB of memory: the limit is %d", verb.args[0], used, verb.most)
		}
	}
}

func scaleExperiment() string {
	var workloads []string
	for i := range 50 {
		workloads = append(workloads, fmt.Sprintf("%q", fmt.Sprintf("lognormal:sigma=%.2f,layers=8,items=96", 0.1+0.05*float64(i))))
	}
	return `name: scale
strategies: [lpt, snake, "two-opt:candidates=4,random=1", descent, layered-lpt]
workloads: [` + strings.Join(workloads, ", ") + `]
packs: [4, 8, 16, 32]
backends: [cpu]
seeds: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
repeats: 100
`
}

// measure runs bench, logs its time and its peak memory, and returns that in MB.
func measure(t *testing.T, bench string, args ...string) int64 {
	cmd := exec.Command(bench, args...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	begin := time.Now()
	err := cmd.Run()
	usage, _ := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	t.Logf("bench %-8s %6.1f s, %5.1f s of CPU, %5d MB at most: %v", args[0], time.Since(begin).Seconds(),
		(cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds(), usage.Maxrss>>10, args[1:])
	if err != nil {
		t.Errorf("bench %q: %v: %.500s", args, err, stderr.String())
	}
	return usage.Maxrss >> 10
}

// makeUpSweep writes the shards of a sweep that nobody ran, with times around
// what a strategy might take.
func makeUpSweep(t *testing.T, yaml, dir string) {
	e, err := harness.ReadExperiment(yaml)
	if err != nil {
		t.Fatal(err)
	}
	backend := cpu.New(cpu.Options{})
	plan, err := harness.NewPlan(e, harness.Catalog{Strategies: strategies.Builtin(), Backends: []strategies.Backend{backend}})
	if err != nil {
		t.Fatal(err)
	}
	shards, err := sweep.Split(plan.Cells, sweep.NewTimings().Costs(&e, plan.Cells), 32)
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 1))
	here := harness.CaptureEnvironment([]strategies.Backend{backend}, 2)
	for _, shard := range shards {
		there := here
		there.Host, there.CPU = fmt.Sprintf("%012x", shard.Index%2), fmt.Sprintf("Made-up CPU %d", shard.Index%2)
		err := runs.Assemble(sweep.ShardDir(dir, shard.Index, shard.Of), func(w io.Writer) (runs.Manifest, error) {
			begin := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
			for repeat := range e.Repeats {
				for _, i := range shard.Cells {
					begin = begin.Add(3*time.Millisecond + time.Duration(random.IntN(1e6)))
					line, err := madeUp(random, &plan.Cells[i], repeat, begin, there.Key()).Line()
					if err != nil {
						return runs.Manifest{}, err
					}
					if _, err := w.Write(line); err != nil {
						return runs.Manifest{}, err
					}
				}
			}
			return runs.Manifest{Experiment: e, Cells: plan.Cells, Labels: plan.Labels, Shard: &shard, ShuffleSeed: 1, Command: []string{"bench"},
				Environments: map[string]runs.Environment{there.Key(): there}, Created: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}, nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func madeUp(random *rand.Rand, c *runs.PlannedCell, repeat int, start time.Time, environment string) *runs.Record {
	r := &runs.Record{
		PlannedCell: c, Repeat: repeat, Status: runs.Done, AnswerHash: strings.Repeat(c.Key, 4), Start: start, Environment: environment,
		Run: runs.NewValues(map[string]float64{runs.TimeMeasure: math.Round(50_000 * math.Exp(0.2*random.NormFloat64()))}),
	}
	for _, stage := range []string{"orders", "greedy"} {
		r.Run.Set(runs.StagePrefix+stage, math.Round(r.Time()*random.Float64()/2))
	}
	if repeat == 0 {
		r.Layer = map[string][]float64{}
		for range c.Layers {
			mean, above, below := 100+random.Float64(), random.Float64(), random.Float64()
			for name, v := range map[string]float64{runs.MaxMeasure: mean + above, runs.MinMeasure: mean - below, runs.MeanMeasure: mean,
				runs.LowerBoundMeasure: mean + above/2, runs.ImbalanceMeasure: (mean + above) - (mean - below)} {
				r.Layer[name] = append(r.Layer[name], v)
			}
		}
	}
	return r
}

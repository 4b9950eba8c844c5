package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"packbench/runs"
	"packbench/sweep"
)

// TestSlurm submits sweeps to a real Slurm with three nodes on this machine.
func TestSlurm(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes a minute")
	}
	c := startCluster(t)
	bench := filepath.Join(t.TempDir(), "bench")
	if out, err := exec.Command("go", "build", "-o", bench, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	c.bench = bench
	t.Run("whole", func(t *testing.T) { c.on(t).testWhole() })
	t.Run("faults", func(t *testing.T) { c.on(t).testFaults() })
}

// testWhole: a sweep of shapes gives the packings of a run on one machine, each
// run once, with its report.
func (c *cluster) testWhole() {
	t := c.t
	dir := t.TempDir()
	alone, sweepDir := filepath.Join(dir, "alone"), filepath.Join(dir, "sweep")
	flags := []string{"--repeats", "2", "--backend", "cpu"}
	c.do(0, append([]string{"run", "shapes", "-q", "--no-figures", "-o", alone}, flags...)...)
	submit := append([]string{"submit", "shapes", "--shards", "6", "-o", sweepDir}, flags...)
	out := c.do(0, submit...)
	if !strings.Contains(out, "array job ") || !strings.Contains(out, "merge job ") {
		t.Errorf("bench submit printed %q", out)
	}
	t.Logf("$ bench %s\n%s", strings.Join(submit, " "), out)
	c.settled(sweepDir)
	t.Logf("$ bench status\n%s", c.do(0, "status", sweepDir))
	samePackings(t, alone, filepath.Join(sweepDir, sweep.MergedDir), 2)
	if _, err := os.Stat(filepath.Join(sweepDir, sweep.MergedDir, "report.html")); err != nil {
		t.Error(err)
	}
	if out := c.do(0, submit...); !strings.Contains(out, "all 6 shards of shapes are complete") {
		t.Errorf("submitted again: %q", out)
	}
	c.settled(sweepDir)
}

// sixShards has a problem for each of six shards, small and often, so that there
// is time to disturb each.
const sixShards = `name: six
strategies: [lpt, "two-opt:candidates=16,random=4"]
workloads: ["uniform:layers=8,items=42", "uniform:layers=8,items=49", "uniform:layers=8,items=56", "uniform:layers=8,items=63", "uniform:layers=8,items=70", "uniform:layers=8,items=77"]
packs: [7]
backends: [cpu]
repeats: 150
`

// testFaults: whatever becomes of the tasks of a sweep, no run is lost and none
// made twice.
func (c *cluster) testFaults() {
	t := c.t
	dir := t.TempDir()
	yaml, alone, sweepDir := filepath.Join(dir, "six.yaml"), filepath.Join(dir, "alone"), filepath.Join(dir, "sweep")
	if err := os.WriteFile(yaml, []byte(sixShards), 0o666); err != nil {
		t.Fatal(err)
	}
	c.do(0, "run", yaml, "-q", "--no-figures", "-o", alone)

	// Shard 6 is on a disk that is too small. Shard 5 finds a file in its place.
	shard := func(i int) string { return sweep.ShardDir(sweepDir, i, 6) }
	disk := smallDisk(t, shard(6))
	submit := []string{"submit", yaml, "--shards", "6", "-o", sweepDir}
	t.Logf("$ bench submit\n%s", c.do(0, append(submit, "--", "--hold")...))
	if err := os.WriteFile(shard(5), nil, 0o666); err != nil {
		t.Fatal(err)
	}
	job, err := sweep.ReadSubmission(sweepDir)
	if err != nil {
		t.Fatal(err)
	}
	task := func(i int) string { return fmt.Sprintf("%s_%d", job.Array, i) }
	c.slurm("scontrol", "release", job.Array)

	// While they run: 1 is killed, 2 requeued, 3 loses its node, 4 the connection
	// to its node, which goes on.
	for i := 1; i <= 4; i++ {
		c.records(shard(i), 10)
	}
	lost, cutOff := c.node(task(3)), c.node(task(4))
	c.slurm("scancel", "--signal=KILL", "--full", task(1))
	c.slurm("scontrol", "requeue", task(2))
	c.stopNode(lost)
	c.killTask(task(3), job.Array, 3)
	if cutOff != lost {
		c.stopNode(cutOff)
	}
	for _, node := range []string{lost, cutOff} {
		c.slurm("scontrol", "update", "NodeName="+node, "State=DOWN", "Reason=test")
	}
	t.Logf("%s was killed, %s requeued, %s lost its node %s, %s the connection to %s", task(1), task(2), task(3), lost, task(4), cutOff)
	for _, node := range []string{lost, cutOff} {
		c.startNode(node)
	}
	c.settled(sweepDir)
	status := c.do(0, "status", sweepDir)
	t.Logf("$ bench status\n%s", status)
	for _, want := range []string{"not begun", "stopped"} {
		if !strings.Contains(status, want) {
			t.Errorf("no shard is %q:\n%s", want, status)
		}
	}
	merged := filepath.Join(sweepDir, sweep.MergedDir)
	if n := len(mustLoad(t, merged).Records); n == 0 || n >= 12*150 {
		t.Errorf("%d runs merged, want some of 1800", n)
	}
	before := mustLoad(t, merged).Records

	// What was in the way goes away; the rest is submitted.
	if err := os.Remove(shard(5)); err != nil {
		t.Fatal(err)
	}
	disk.grow()
	t.Logf("$ bench submit\n%s", c.do(0, submit...))
	c.settled(sweepDir)
	t.Logf("$ bench status\n%s", c.do(0, "status", sweepDir))
	samePackings(t, alone, merged, 150)
	after := map[string]string{}
	for _, r := range mustLoad(t, merged).Records {
		after[fmt.Sprint(r.Key, r.Repeat)] = fmt.Sprint(r.Start, r.Run)
	}
	for _, r := range before {
		if after[fmt.Sprint(r.Key, r.Repeat)] != fmt.Sprint(r.Start, r.Run) {
			t.Fatalf("run %d of cell %s was made again", r.Repeat, r.Key)
		}
	}
}

// samePackings requires that both runs have every run of every cell once, with
// equal answers.
func samePackings(t *testing.T, want, got string, repeats int) {
	t.Helper()
	answers := map[string]string{}
	for _, c := range mustLoad(t, want).Cells() {
		answers[c.Key] = c.Records[0].AnswerHash
	}
	cells := mustLoad(t, got).Cells()
	if len(cells) != len(answers) {
		t.Errorf("%d cells, want %d", len(cells), len(answers))
	}
	for _, c := range cells {
		if len(c.Done()) != repeats || len(c.Records) != repeats {
			t.Errorf("%s on %s: %d runs done of %d records, want %d", c.Strategy(), c.Workload(), len(c.Done()), len(c.Records), repeats)
		}
		for _, r := range c.Records {
			if r.AnswerHash != answers[c.Key] {
				t.Errorf("%s on %s: run %d has another packing", c.Strategy(), c.Workload(), r.Repeat)
			}
		}
	}
}

func mustLoad(t *testing.T, dir string) *runs.Run {
	t.Helper()
	run, err := runs.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	return run
}

// do runs bench and requires its exit code.
func (c *cluster) do(code int, args ...string) string {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), time.Minute)
	defer cancel()
	out, err := exec.CommandContext(ctx, c.bench, args...).CombinedOutput()
	got := 0
	if exit, ok := err.(*exec.ExitError); ok {
		got = exit.ExitCode()
	} else if err != nil {
		c.t.Fatal(err)
	}
	if got != code {
		c.t.Fatalf("bench %q: exit code %d, want %d\n%s%s", args, got, code, out, c.logs())
	}
	return string(out)
}

// settled waits until all jobs of the sweep have ended and the merge has run.
func (c *cluster) settled(dir string) {
	c.t.Helper()
	job, err := sweep.ReadSubmission(dir)
	if err != nil {
		c.t.Fatal(err)
	}
	c.until("the jobs have ended", func() bool {
		left := c.queue()
		for _, id := range left {
			// A task that was requeued would wait two minutes.
			if strings.Contains(id, "BeginTime") {
				_ = c.command("scontrol", "update", "JobId="+strings.Fields(id)[0], "StartTime=now").Run()
			}
		}
		return len(left) == 0
	})
	if job.Merge == "" {
		c.t.Error("no merge was submitted")
	}
}

// records waits until a shard has so many records.
func (c *cluster) records(dir string, n int) {
	c.t.Helper()
	c.until(fmt.Sprintf("%s has %d records", dir, n), func() bool {
		text, err := os.ReadFile(filepath.Join(dir, runs.RecordsFile))
		return err == nil && strings.Count(string(text), "\n") >= n
	})
}

// disk is a file system that is too small at first.
type disk struct {
	t  *testing.T
	at string
}

// smallDisk mounts a file system at dir that has room for the beginning of a
// shard.
func smallDisk(t *testing.T, dir string) disk {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", dir).CombinedOutput(); err != nil {
		t.Skipf("mounting a tmpfs: %v: %s", err, out)
	}
	t.Cleanup(func() { _ = exec.Command("umount", "-l", dir).Run() })
	return disk{t, dir}
}

func (d disk) grow() {
	if out, err := exec.Command("mount", "-o", "remount,size=16m", d.at).CombinedOutput(); err != nil {
		d.t.Fatalf("%v: %s", err, out)
	}
}

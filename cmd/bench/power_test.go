//go:build power

package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	average "github.com/shirou/gopsutil/v4/load"

	"packbench/compare"
	"packbench/internal/atomicfile"
	"packbench/runs"
)

// The power of a comparison of times, and how often it is wrong: make power runs
// this. Duels of the program with itself must find nothing; duels with a program
// whose every run takes 5 or 10 % longer must find that.

var (
	powerBudget = flag.Duration("budget", 10*time.Minute, "how long duels are fought")
	powerOut    = flag.String("out", "", "JSON file for the counts")
)

// planted builds the program with a slowdown of all runs, by an overlay: the
// sources are as they are.
func planted(t *testing.T, share float64) string {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, "bench")
	args := []string{"build", "-o", path}
	if share > 0 {
		here, err := os.Getwd()
		if err != nil {
			t.Fatal(err)
		}
		source, err := os.ReadFile("backends.go")
		if err != nil {
			t.Fatal(err)
		}
		const backend = "cpu.New(cpu.Options{Threads: f.Threads}),"
		text := strings.Replace(string(source), backend, fmt.Sprintf("slowed{%s %g},", backend, share), 1)
		if text == string(source) {
			t.Fatalf("no %q in backends.go to slow down", backend)
		}
		changed := filepath.Join(dir, "backends.go")
		if err := os.WriteFile(changed, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		overlay, err := json.Marshal(map[string]map[string]string{"Replace": {
			filepath.Join(here, "backends.go"): changed,
			filepath.Join(here, "slowed.go"):   filepath.Join(here, "testdata", "power", "slowed.go.txt"),
		}})
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(dir, "overlay.json")
		if err := os.WriteFile(file, overlay, 0o666); err != nil {
			t.Fatal(err)
		}
		args = append(args, "-overlay", file)
	}
	if out, err := exec.Command("go", append(args, ".")...).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return path
}

// counted are the outcomes of duels of one kind.
type counted struct{ duels, cells, significant, above, gates int }

// count fights one duel and adds what a comparison with a limit of 5 % says of
// its times.
func (n *counted) count(t *testing.T, old, new string, invocations int) {
	t.Helper()
	out := filepath.Join(t.TempDir(), "duel")
	yaml := filepath.Join("testdata", "power", "power.yaml")
	// The exit code is 1 where the gate fails.
	text, _ := exec.CommandContext(context.Background(), old, "duel", old, new, yaml, "--quiet", "--invocations", fmt.Sprint(invocations), "--out", out).CombinedOutput()
	var sides []*runs.Run
	for _, side := range []string{"old", "new"} {
		run, err := runs.Load(filepath.Join(out, side))
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		sides = append(sides, run)
	}
	limit := 0.05
	c, err := compare.Runs(sides[0], sides[1:], compare.Options{FailAbove: &limit, Measures: []string{runs.TimeMeasure}})
	if err != nil {
		t.Fatal(err)
	}
	n.duels++
	for i := range c.Cells {
		times := c.Cells[i].Result(runs.TimeMeasure).Runs
		if times == nil {
			t.Fatalf("no times of %s", c.Cells[i].Strategy())
		}
		n.cells++
		if times.Verdict != compare.Unclear {
			n.significant++
		}
	}
	n.above += len(c.Gate.Regressions)
	if !c.Gate.Passed {
		n.gates++
	}
}

func TestPower(t *testing.T) {
	same, again := planted(t, 0), planted(t, 0)
	kinds := []struct {
		name        string
		new         string
		invocations int
	}{
		{"same/1", again, 1}, {"same/6", again, 6},
		{"5/1", planted(t, 0.05), 1}, {"10/1", planted(t, 0.1), 1},
		{"10/6", planted(t, 0.1), 6}, {"20/6", planted(t, 0.2), 6},
	}
	counts := make([]counted, len(kinds))
	loads := 0.0
	begin := time.Now()
	rounds := 0
	for time.Since(begin) < *powerBudget || rounds == 0 {
		for i, k := range kinds {
			counts[i].count(t, same, k.new, k.invocations)
		}
		if l, err := average.Avg(); err == nil {
			loads += l.Load1
		}
		rounds++
		t.Logf("after %d rounds: %+v", rounds, counts)
	}
	values := map[string]float64{"load": loads / float64(rounds), "cores": float64(runtime.NumCPU()), "minutes": time.Since(begin).Minutes()}
	for i, k := range kinds {
		n := counts[i]
		for what, v := range map[string]int{"duels": n.duels, "cells": n.cells, "significant": n.significant, "above": n.above, "gates": n.gates} {
			values[k.name+"/"+what] = float64(v)
		}
	}
	if *powerOut == "" {
		return
	}
	text, err := json.MarshalIndent(values, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	err = atomicfile.WriteFile(*powerOut, append(text, '\n'))
	if err != nil {
		t.Fatal(err)
	}
}

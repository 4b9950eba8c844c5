//go:build torture

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"packbench/runs"
)

// The torture tests do to a run directory what machines and people do: kill the
// program, cut files, flip bits, fill the disk, forge records. make torture runs
// them, in about five minutes.

const experiment = `name: torture
strategies: [lpt, "two-opt:candidates=4,random=1,rounds=3", snake, "exact:nodes=100"]
workloads: ["uniform:layers=3,items=12", "tokens:layers=2,items=12"]
packs: [3]
backends: [cpu, cuda]
seeds: [1, 2]
repeats: 12
`

// benchProgram builds the command once.
func benchProgram(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "bench")
	if out, err := exec.Command("go", "build", "-o", path, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return path
}

// begin writes the experiment into a new folder and returns both.
func begin(t *testing.T) (dir, yaml string) {
	t.Helper()
	dir = t.TempDir()
	yaml = filepath.Join(dir, "e.yaml")
	if err := os.WriteFile(yaml, []byte(experiment), 0o666); err != nil {
		t.Fatal(err)
	}
	return dir, yaml
}

// wholeRun makes a whole run.
func wholeRun(t *testing.T, bench string) string {
	t.Helper()
	dir, yaml := begin(t)
	run := filepath.Join(dir, "run")
	if out, err := exec.Command(bench, "run", yaml, "-o", run, "-q", "--no-figures", "--shuffle-seed", "7").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return run
}

// want requires that the run is complete: every repeat once.
func want(t *testing.T, dir string) map[string]string {
	t.Helper()
	run, err := runs.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	answers := map[string]string{}
	for _, c := range run.Cells() {
		if c.Backend() == "cuda" {
			continue
		}
		if n := len(c.Done()); n != 12 || len(c.Records) != 12 {
			t.Errorf("%s on %s: %d runs done of %d records", c.Strategy(), c.Workload(), n, len(c.Records))
		}
		answers[c.Key] = c.Records[0].AnswerHash
	}
	return answers
}

// ends runs the program and requires that it ends by itself with one of the
// program's exit codes and, where it fails, one line.
func ends(t *testing.T, bench string, args ...string) (code int, output string) {
	t.Helper()
	cmd := exec.Command(bench, args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	done := make(chan error, 1)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { done <- cmd.Wait() }()
	select {
	case err := <-done:
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			code = exit.ExitCode()
		}
	case <-time.After(60 * time.Second):
		cmd.Process.Kill()
		t.Errorf("bench %q did not end", args)
	}
	text := stderr.String()
	if code < 0 || code > 2 || strings.Contains(text, "goroutine ") || strings.Contains(text, "panic:") {
		t.Errorf("bench %q: exit code %d, %.300q", args, code, text)
	}
	if code == 2 && strings.Count(text, "\n") != 1 {
		t.Errorf("bench %q: %d lines of error: %.300q", args, strings.Count(text, "\n"), text)
	}
	return code, text
}

// TestKills kills the program again and again, at random moments, until the run
// is complete: nothing is lost, nothing is made twice.
func TestKills(t *testing.T) {
	bench := benchProgram(t)
	expected := want(t, wholeRun(t, bench))
	random := rand.New(rand.NewPCG(1, 1))
	kills := 0
	for round := 0; kills < 400; round++ {
		dir, yaml := begin(t)
		run := filepath.Join(dir, "run")
		for {
			args := []string{"run", yaml, "-o", run, "-q", "--no-figures"}
			if _, err := os.Stat(filepath.Join(run, runs.ManifestFile)); err == nil {
				args = []string{"run", "--resume", run, "-q", "--no-figures"}
			}
			cmd := exec.Command(bench, args...)
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			timer := time.AfterFunc(time.Duration(random.IntN(60_000))*time.Microsecond, func() { cmd.Process.Kill() })
			err := cmd.Wait()
			timer.Stop()
			if err == nil {
				break
			}
			if code := cmd.ProcessState.ExitCode(); code != -1 {
				t.Fatalf("round %d: exit code %d", round, code)
			}
			kills++
			if _, err := runs.Load(run); err != nil && !errors.Is(err, runs.ErrNoManifest) && !os.IsNotExist(err) {
				t.Fatalf("after kill %d: %v", kills, err)
			}
		}
		for key, answer := range want(t, run) {
			if expected[key] != answer {
				t.Errorf("cell %s: another answer", key)
			}
		}
	}
	t.Logf("%d kills survived", kills)
}

// TestTruncations cuts the records after every byte of the first two lines and the
// last, and after some of the others, and resumes some of what is left.
func TestTruncations(t *testing.T) {
	bench := benchProgram(t)
	dir := wholeRun(t, bench)
	path := filepath.Join(dir, runs.RecordsFile)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	second := bytes.IndexByte(whole, '\n') + 1
	second += bytes.IndexByte(whole[second:], '\n') + 1
	last := bytes.LastIndexByte(whole[:len(whole)-1], '\n')
	step := func(length int) int {
		if length < second || length >= last {
			return 1
		}
		return min(1+length%61, last-length)
	}
	cuts := 0
	for length := 0; length < len(whole); length += step(length) {
		if err := os.WriteFile(path, whole[:length], 0o666); err != nil {
			t.Fatal(err)
		}
		run, err := runs.Load(dir)
		lines := bytes.Count(whole[:length], []byte("\n"))
		if whole[length] == '\n' {
			lines++
		}
		if err != nil || len(run.Records) != lines {
			t.Fatalf("%d bytes: %v, want %d records", length, err, lines)
		}
		if cuts++; cuts%400 == 0 {
			if code, text := ends(t, bench, "run", "--resume", dir, "-q", "--no-figures"); code != 0 {
				t.Fatalf("%d bytes: resume: %s", length, text)
			}
			want(t, dir)
		}
	}
	t.Logf("%d truncations survived", cuts)
}

// TestBitFlips flips single bits of the records: every one is noticed.
func TestBitFlips(t *testing.T) {
	bench := benchProgram(t)
	dir := wholeRun(t, bench)
	path := filepath.Join(dir, runs.RecordsFile)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(2, 2))
	const flips = 10_000
	for i := range flips {
		text := bytes.Clone(whole)
		bit := random.IntN(8 * len(text))
		text[bit/8] ^= 1 << (bit % 8)
		if err := os.WriteFile(path, text, 0o666); err != nil {
			t.Fatal(err)
		}
		if _, err := runs.Load(dir); err == nil || !strings.Contains(err.Error(), "line ") {
			t.Errorf("bit %d of byte %d: %v", bit%8, bit/8, err)
		}
		if i%500 == 0 {
			for _, args := range [][]string{{"report", dir, "--table", "text"}, {"run", "--resume", dir, "-q"}, {"compare", dir, dir}, {"export", dir}} {
				if code, text := ends(t, bench, args...); code == 0 {
					t.Errorf("bench %q on a damaged directory: exit code 0, %q", args, text)
				}
			}
		}
	}
	t.Logf("%d flipped bits noticed", flips)
}

// TestForgedDirectories changes numbers and texts of records, with checksums that
// fit: the readers end, with a result or one line.
func TestForgedDirectories(t *testing.T) {
	bench := benchProgram(t)
	good := wholeRun(t, bench)
	whole, err := os.ReadFile(filepath.Join(good, runs.RecordsFile))
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "forged")
	if err := os.CopyFS(dir, os.DirFS(good)); err != nil {
		t.Fatal(err)
	}
	lines := bytes.Split(bytes.TrimSpace(whole), []byte("\n"))
	random := rand.New(rand.NewPCG(3, 3))
	refused, read := 0, 0
	for range 150 {
		forged := make([][]byte, len(lines))
		copy(forged, lines)
		for range 1 + random.IntN(3) {
			i := random.IntN(len(forged))
			forged[i] = forge(t, random, forged[i])
		}
		if err := os.WriteFile(filepath.Join(dir, runs.RecordsFile), append(bytes.Join(forged, []byte("\n")), '\n'), 0o666); err != nil {
			t.Fatal(err)
		}
		for _, args := range [][]string{
			{"report", dir, "--table", "csv"}, {"compare", good, dir}, {"compare", dir, "--baseline", "lpt"},
			{"export", dir, "--table", "layers"}, {"export", dir, "--format", "benchfmt"}, {"report", dir},
		} {
			if code, _ := ends(t, bench, args...); code == 0 {
				read++
			} else {
				refused++
			}
		}
	}
	t.Logf("forged directories: %d commands refused them, %d read them", refused, read)
}

// forge changes one value somewhere in a record and seals it again.
func forge(t *testing.T, random *rand.Rand, line []byte) []byte {
	var record map[string]any
	if err := json.Unmarshal(line, &record); err != nil {
		t.Fatal(err)
	}
	delete(record, "crc")
	values := []any{0, -1, 1e308, -1e308, 5e-324, 1 << 53, "", "\x1b[31m", "=1+1", nil, []any{}, map[string]any{}, true, strings.Repeat("x", 5000)}
	var walk func(v any) any
	walk = func(v any) any {
		if random.IntN(3) == 0 {
			return values[random.IntN(len(values))]
		}
		switch v := v.(type) {
		case map[string]any:
			var keys []string
			for k := range v {
				keys = append(keys, k)
			}
			if len(keys) > 0 {
				k := keys[random.IntN(len(keys))]
				v[k] = walk(v[k])
			}
			return v
		case []any:
			if len(v) > 0 {
				i := random.IntN(len(v))
				v[i] = walk(v[i])
			}
			return v
		}
		return values[random.IntN(len(values))]
	}
	var keys []string
	for k := range record {
		keys = append(keys, k)
	}
	k := keys[random.IntN(len(keys))]
	record[k] = walk(record[k])
	text, err := json.Marshal(record)
	if err != nil {
		t.Fatal(err)
	}
	body := bytes.TrimSuffix(text, []byte("}"))
	return fmt.Appendf(body, `,"crc":"%08x"}`, crc32.Checksum(body, crc32.MakeTable(crc32.Castagnoli)))
}

// TestFullDisk runs on a small tmpfs that fills up: the program says so in one
// line, and the run can be finished where there is room.
func TestFullDisk(t *testing.T) {
	mount := t.TempDir()
	if err := exec.Command("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", mount).Run(); err != nil {
		t.Skip("mounting a tmpfs takes root:", err)
	}
	defer exec.Command("umount", mount).Run()
	bench := benchProgram(t)
	_, yaml := begin(t)
	for fill := 0; fill <= 64; fill += 2 {
		run := filepath.Join(mount, "run")
		ballast := filepath.Join(mount, "ballast")
		if err := os.WriteFile(ballast, make([]byte, fill<<10), 0o666); err != nil && fill < 60 {
			t.Fatal(err)
		}
		code, text := ends(t, bench, "run", yaml, "-o", run, "-q", "--no-figures")
		if code != 1 || strings.Count(text, "\n") != 1 {
			t.Errorf("%d kB taken: exit code %d, %q", fill, code, text)
		}
		os.Remove(ballast)
		there := filepath.Join(t.TempDir(), "moved")
		if err := os.CopyFS(there, os.DirFS(run)); err == nil {
			args := []string{"run", "--resume", there, "-q", "--no-figures"}
			if _, err := os.Stat(filepath.Join(there, runs.ManifestFile)); err != nil {
				args = []string{"run", yaml, "-o", there, "-q", "--no-figures"}
			}
			if code, text := ends(t, bench, args...); code != 0 {
				t.Errorf("%d kB taken: resume: exit code %d, %q", fill, code, text)
			} else {
				want(t, there)
			}
		}
		os.RemoveAll(run)
	}
}

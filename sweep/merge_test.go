package sweep

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"packbench/runs"
)

func TestMergePutsShardsTogether(t *testing.T) {
	dir, shards := putSweep(t)
	out := filepath.Join(t.TempDir(), "merged")
	merged, err := Merge(out, []string{dir}, MergeOptions{Command: []string{"bench", "merge"}})
	if err != nil || merged.Records != 8*repeats || merged.Missing != 0 || merged.Sources != 2 {
		t.Fatalf("%+v, %v", merged, err)
	}
	run := load(t, out)
	for _, c := range run.Cells() {
		if len(c.Done()) != repeats {
			t.Errorf("%s on %s: %d runs", c.Strategy(), c.Workload(), len(c.Done()))
		}
	}
	if n := len(run.Manifest.Environments); n != 2 {
		t.Errorf("%d machines", n)
	}
	if s := run.Manifest.Sources; run.Manifest.Shard != nil || len(s) != 2 || s[1].Index != 2 || s[1].Of != 2 || s[1].ShuffleSeed != 9 {
		t.Errorf("sources %+v, shard %v", s, run.Manifest.Shard)
	}
	for i, shard := range shards {
		for _, c := range shard.Cells {
			key := run.Manifest.Cells[c].Key
			for _, r := range run.Records {
				if want := machineOf([]string{"a", "b"}[i]).Key(); r.Key == key && r.Environment != want {
					t.Errorf("a record of shard %d is from machine %s", i+1, r.Environment)
				}
			}
		}
	}

	// Again, in another order and with a shard named twice, it is the same.
	records, manifest := readFile(t, out, runs.RecordsFile), readFile(t, out, runs.ManifestFile)
	dirs := []string{ShardDir(dir, 2, 2), ShardDir(dir, 1, 2), dir}
	if merged, err = Merge(out, dirs, MergeOptions{Command: []string{"bench", "merge"}}); err != nil || merged.Records != 8*repeats {
		t.Errorf("again: %+v, %v", merged, err)
	}
	if readFile(t, out, runs.RecordsFile) != records || readFile(t, out, runs.ManifestFile) != manifest {
		t.Error("merging again gave something else")
	}
}

func TestMergeWhileShardsRun(t *testing.T) {
	dir, out := filepath.Join(t.TempDir(), "sweep"), filepath.Join(t.TempDir(), "merged")
	shards := shardsOf(t, 3)
	all := wholeShard(shards[0], "a")
	put(t, ShardDir(dir, 1, 3), manifestOf(&shards[0], "a"), all[:4])
	put(t, ShardDir(dir, 2, 3), manifestOf(&shards[1], "b"), wholeShard(shards[1], "b"))

	_, err := Merge(out, []string{dir}, MergeOptions{})
	wantError(t, err, "runs are missing (shards 1,3 of 3)", "--allow-missing")
	if !errors.Is(err, ErrMissing) || errors.Is(err, ErrInput) {
		t.Errorf("kind of error: %v", err)
	}
	if _, err := os.Stat(out); err == nil {
		t.Error("something was written")
	}
	allowed := MergeOptions{AllowMissing: true}
	merged, err := Merge(out, []string{dir}, allowed)
	if err != nil || merged.Missing != merged.Runs-merged.Records || merged.Runs != 8*repeats {
		t.Fatalf("%+v, %v", merged, err)
	}
	pending := 0
	for _, c := range load(t, out).Cells() {
		if c.Status() == runs.Pending {
			pending++
		}
	}
	if pending != len(shards[2].Cells) {
		t.Errorf("%d cells pending, want those of shard 3", pending)
	}

	// The first goes on, with a line that is not whole yet; the third begins. What
	// was merged stays, even where its shard is gone.
	put(t, ShardDir(dir, 1, 3), manifestOf(&shards[0], "a"), all)
	path := filepath.Join(ShardDir(dir, 1, 3), runs.RecordsFile)
	if err := os.Truncate(path, int64(len(readFile(t, path))-30)); err != nil {
		t.Fatal(err)
	}
	put(t, ShardDir(dir, 3, 3), manifestOf(&shards[2], "a"), wholeShard(shards[2], "a"))
	os.RemoveAll(ShardDir(dir, 2, 3))
	merged, err = Merge(out, []string{dir}, allowed)
	if err != nil || merged.Missing != 1 {
		t.Errorf("%+v, %v", merged, err)
	}
	put(t, ShardDir(dir, 1, 3), manifestOf(&shards[0], "a"), all)
	if merged, err = Merge(out, []string{dir}, MergeOptions{}); err != nil || merged.Missing != 0 {
		t.Errorf("%+v, %v", merged, err)
	}
}

// TestMergeRefusesWhatDoesNotBelongTogether: the error says what differs, and
// nothing is written.
func TestMergeRefusesWhatDoesNotBelongTogether(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(m *runs.Manifest, records []runs.Record)
		want   []string
	}{
		{"another experiment", func(m *runs.Manifest, _ []runs.Record) { m.Experiment.Name = "other" }, []string{"experiment sample", "other"}},
		{"other repeats", func(m *runs.Manifest, _ []runs.Record) { m.Experiment.Repeats = 7 }, []string{"differ in repeats: 3 in ", ", 7 in "}},
		{"a timeout", func(m *runs.Manifest, _ []runs.Record) { m.Experiment.Timeout = "5s" }, []string{`differ in timeout: none in `, `"5s" in `}},
		{"other loads", func(m *runs.Manifest, records []runs.Record) {
			for i := range m.Cells {
				m.Cells[i].WorkloadHash = "f" + m.Cells[i].WorkloadHash[1:]
			}
			for i := range records {
				records[i].WorkloadHash = "f" + records[i].WorkloadHash[1:] // each has a cell of its own
			}
		}, []string{"the loads of w0 differ"}},
		{"fewer cells", func(m *runs.Manifest, _ []runs.Record) { m.Cells = m.Cells[:7]; m.Shard.Cells = m.Shard.Cells[:1] }, []string{"8 cells", "has 7"}},
		{"another number of shards", func(m *runs.Manifest, _ []runs.Record) { m.Shard.Of = 5 }, []string{"one of 2 shards", "of 5"}},
		{"another division", func(m *runs.Manifest, _ []runs.Record) { m.Shard.Cells = []int{0, 1, 2, 3, 4, 5, 6, 7} }, []string{"divided by different costs"}},
		{"another program", func(m *runs.Manifest, records []runs.Record) {
			e := machineOf("b")
			e.Commit = "ffffffffffffffff"
			m.Environments[e.Key()] = e
		}, []string{"at commit 0123456789ab and", "at commit ffffffffffff: run all shards with one program"}},
		{"uncommitted changes", func(m *runs.Manifest, records []runs.Record) {
			e := machineOf("b")
			e.Dirty = true
			m.Environments[e.Key()] = e
		}, []string{"with uncommitted changes"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir, out := t.TempDir(), filepath.Join(t.TempDir(), "merged")
			shards := shardsOf(t, 2)
			put(t, ShardDir(dir, 1, 2), manifestOf(&shards[0], "a"), wholeShard(shards[0], "a"))
			m, records := manifestOf(&shards[1], "b"), wholeShard(shards[1], "b")
			test.change(&m, records)
			if m.Shard.Equal(shards[1]) && len(m.Cells) != 8 {
				records = nil
			}
			if len(m.Cells) != 8 {
				records = nil
			}
			second := put(t, filepath.Join(dir, "second"), m, records)
			_, err := Merge(out, []string{dir, second}, MergeOptions{AllowMissing: true})
			wantError(t, err, test.want...)
			if !errors.Is(err, ErrInput) {
				t.Errorf("not an error of the input: %v", err)
			}
			if _, err := os.Stat(out); err == nil {
				t.Error("something was written")
			}
		})
	}
}

func TestMergeRefusesRunsThatAreThereTwice(t *testing.T) {
	dir, shards := putSweep(t)
	records := wholeShard(shards[0], "a")
	records[3].Run.Set(runs.TimeMeasure, records[3].Time()+1)
	m := manifestOf(&shards[0], "a")
	m.Created = m.Created.Add(time.Hour)
	copied := put(t, filepath.Join(t.TempDir(), "copy"), m, records)
	_, err := Merge(filepath.Join(t.TempDir(), "out"), []string{dir, copied}, MergeOptions{})
	wantError(t, err, "occurs twice, with different records, in ", ShardDir(dir, 1, 2), copied)
	if !errors.Is(err, ErrInput) {
		t.Error("not an error of the input")
	}

	records = wholeShard(shards[0], "a")
	for i := range records {
		records[i].AnswerHash = "another"
		records[i].Repeat += 10
	}
	copied = put(t, filepath.Join(t.TempDir(), "copy"), manifestOf(&shards[0], "a"), records)
	_, err = Merge(filepath.Join(t.TempDir(), "out"), []string{dir, copied}, MergeOptions{})
	wantError(t, err, "has a different answer in "+copied)
}

func TestMergeRefusesWhatIsNoRun(t *testing.T) {
	dir, shards := putSweep(t)
	empty := t.TempDir()
	for _, test := range []struct {
		out  string
		dirs []string
		want string
	}{
		{"out", []string{"nowhere"}, "nowhere does not exist"},
		{"out", []string{empty}, "neither a run directory nor one of a sweep"},
		{dir, []string{dir}, "both an input and the output of the merge"},
		{ShardDir(dir, 1, 2), []string{ShardDir(dir, 2, 2)}, "is shard 1/2: name another directory to merge into"},
		{filepath.Join(dir, ShardsDir), []string{dir}, "which does not belong to a run"},
	} {
		out := test.out
		if out == "out" {
			out = filepath.Join(t.TempDir(), "out")
		}
		_, err := Merge(out, test.dirs, MergeOptions{})
		wantError(t, err, test.want)
		if !errors.Is(err, ErrInput) {
			t.Errorf("%v: not an error of the input", err)
		}
	}

	// A damaged record is found, and an earlier merge stays as it was.
	out := filepath.Join(t.TempDir(), "out")
	if _, err := Merge(out, []string{dir}, MergeOptions{}); err != nil {
		t.Fatal(err)
	}
	before := readFile(t, out, runs.RecordsFile)
	path := filepath.Join(ShardDir(dir, 2, 2), runs.RecordsFile)
	text := []byte(readFile(t, path))
	text[len(text)/2] ^= 1
	if err := os.WriteFile(path, text, 0o666); err != nil {
		t.Fatal(err)
	}
	_, err := Merge(out, []string{dir}, MergeOptions{})
	wantError(t, err, path, "line ")
	if readFile(t, out, runs.RecordsFile) != before {
		t.Error("the earlier merge has changed")
	}
	_ = shards
}
